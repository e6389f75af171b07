#ifndef DUBAN_COMMON_TLS_TEST_CERTIFICATES_H_
#define DUBAN_COMMON_TLS_TEST_CERTIFICATES_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace duban::tls {

// A folder of certificates made for one test, by openssl's command line; gone with its life.
class TestCertificates {
 public:
  TestCertificates() {
    std::string pattern = std::filesystem::temp_directory_path() / "duban-tls-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) abort();
    folder_ = pattern;
  }
  ~TestCertificates() { std::filesystem::remove_all(folder_); }
  TestCertificates(const TestCertificates&) = delete;
  TestCertificates& operator=(const TestCertificates&) = delete;

  std::string File(const std::string& name) const { return folder_ / name; }

  // Makes the authority `name`.pem with `name`.key.
  void MakeAuthority(const std::string& name) const {
    Run(absl::StrCat("req -x509 ", kNewKey, " -days 2 -subj /CN=", name, " -keyout ", name,
                     ".key -out ", name, ".pem"));
  }

  // Makes `name`.pem with `name`.key, for a host (`IP:127.0.0.1`, `DNS:x.example`) and signed by an
  // authority; in force for so many days from now, or no longer since so many if negative.
  void MakeCertificate(const std::string& name, const std::string& host,
                       const std::string& authority, int days = 2) const {
    Run(absl::StrCat("req ", kNewKey, " -subj /CN=", name, " -addext subjectAltName=", host,
                     " -keyout ", name, ".key -out ", name, ".csr"));
    Run(absl::StrCat("x509 -req -in ", name, ".csr -copy_extensions copy -CA ", authority,
                     ".pem -CAkey ", authority, ".key -CAcreateserial -days ", days, " -out ", name,
                     ".pem"));
  }

  // Puts the certificate and key of `name` in the place of another's, as a renewal does.
  void Replace(const std::string& replaced, const std::string& name) const {
    for (const char* ending : {".key", ".pem"}) {
      std::filesystem::copy_file(File(name + ending), File("renewed"),
                                 std::filesystem::copy_options::overwrite_existing);
      std::filesystem::rename(File("renewed"), File(replaced + ending));
    }
  }

 private:
  static constexpr char kNewKey[] = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

  void Run(const std::string& arguments) const {
    const std::string command =
        absl::StrCat("cd ", folder_.string(), " && openssl ", arguments, " 2>>openssl.log");
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  }

  std::filesystem::path folder_;
};

}  // namespace duban::tls

#endif  // DUBAN_COMMON_TLS_TEST_CERTIFICATES_H_
