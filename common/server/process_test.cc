// The life of a real process: flags, start, signals, exit codes.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/identity/token.h"
#include "common/testing/status_matchers.h"
#include "common/testing/test_database.h"
#include "common/testing/wait_until.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using ::testing::HasSubstr;
using testing::kPatience;
using ::testing::Not;
using testing::WaitUntil;

// A folder of this program with development keys in it, which goes when the program ends.
const std::filesystem::path& Folder() {
  struct Owned {
    Owned() {
      std::filesystem::create_directory(path);
      EXPECT_THAT(MakeDevelopmentKeys(path.string(), "duban-test", "duban"), testing::IsOk());
    }
    ~Owned() { std::filesystem::remove_all(path); }
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / absl::StrCat("duban-toy-", NewUuid7(MachineNow()));
  };
  static const Owned folder;
  return folder.path;
}

class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments)
      : log_(Folder() / NewUuid7(MachineNow())) {
    std::vector<std::string> words = {DUBAN_TOY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    id_ = fork();
    if (id_ == 0) {
      const int log = open(log_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
      dup2(log, STDOUT_FILENO);
      dup2(log, STDERR_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~Process() {
    if (!code_) kill(id_, SIGKILL);
    Wait();
  }

  std::string Output() const {
    std::ifstream file(log_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  bool Says(const std::string& text) const {
    return WaitUntil(kPatience, [&] { return absl::StrContains(Output(), text); });
  }
  void Signal(int signal) const { kill(id_, signal); }

  // The exit code once it has ended; -1 if it does not, or ends by a signal.
  int Wait() {
    int status = 0;
    if (!code_ && WaitUntil(kPatience, [&] { return waitpid(id_, &status, WNOHANG) == id_; })) {
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    return code_.value_or(-1);
  }

  // The value of a field of the line that says `serving`.
  int Port() const {
    const std::string output = Output();
    constexpr std::string_view kField = "\"port\":\"";
    const size_t begin = output.find(kField, output.find("\"message\":\"serving\""));
    return begin == std::string::npos ? 0 : std::stoi(output.substr(begin + kField.size()));
  }

 private:
  const std::filesystem::path log_;
  pid_t id_;
  std::optional<int> code_;
};

using Flags = std::vector<std::string>;

// The flags of a toy on a schema of its own, and more.
Flags ToyFlags(const db::Options& database, const Flags& more = {}) {
  const std::filesystem::path password = Folder() / "password";
  std::ofstream(password) << database.password;
  Flags flags = {"--listen=127.0.0.1:0",
                 "--metrics_listen=127.0.0.1:0",
                 absl::StrCat("--database_host=", database.host),
                 absl::StrCat("--database_port=", database.port),
                 absl::StrCat("--database_socket=", database.unix_socket),
                 absl::StrCat("--database_user=", database.user),
                 absl::StrCat("--database_name=", database.schema),
                 "--database_connections=2",
                 absl::StrCat("--issuers_file=", (Folder() / "issuers.json").string()),
                 "--allow_development_issuer"};
  if (!database.password.empty()) {
    flags.push_back(absl::StrCat("--database_password_file=", password.string()));
  }
  flags.insert(flags.end(), more.begin(), more.end());
  return flags;
}

// A GetScoreboard that takes about 1.8 s.
std::future<grpc::Status> SlowCall(int port) {
  return std::async(std::launch::async, [port] {
    const auto signer = TokenSigner::Load((Folder() / "key.jwk").string());
    TokenClaims claims;
    claims.subject = "members/test";
    claims.roles = {common::v1::LEADER};
    grpc::ClientContext context;
    context.AddMetadata("authorization",
                        absl::StrCat("Bearer ", (*signer)->Sign(claims, MachineNow())));
    submission::v1::Scoreboard board;
    return submission::v1::ProgressService::NewStub(
               grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials()))
        ->GetScoreboard(&context, submission::v1::GetScoreboardRequest(), &board);
  });
}

TEST(FlagsTest, HelpListsOursOnly) {
  Process process({"--help"});
  process.Wait();
  EXPECT_THAT(process.Output(), HasSubstr("--drain_timeout"));
  EXPECT_THAT(process.Output(), HasSubstr("--issuers_file"));
  EXPECT_THAT(process.Output(), Not(HasSubstr("--undefok")));
}

struct RefusedStart {
  const char* name;
  Flags flags;
  const char* want;
};

class RefusedStartTest : public ::testing::TestWithParam<RefusedStart> {};

TEST_P(RefusedStartTest, SaysWhatIsWrong) {
  Process process(GetParam().flags);
  EXPECT_EQ(process.Wait(), 1);
  EXPECT_THAT(process.Output(), HasSubstr(GetParam().want));
}

const RefusedStart kRefusedStarts[] = {
    {"UnknownFlag", {"--colour=red"}, "colour"},
    {"MalformedFlag", {"--workers=many"}, "workers"},
    {"NoFlag", {"serve"}, "serve"},
    {"NoIssuers", {}, "--issuers_file: it is required"},
    {"ShiftedClockInProduction",
     {"--issuers_file=x", "--local_now=2024-03-29T09:00:00+08:00"},
     "--local_now: only for local runs"},
    {"NoDatabase",
     {"--issuers_file=x", "--database_port=1", "--database_wait=100ms"},
     "no database after 100ms"},
};
INSTANTIATE_TEST_SUITE_P(Flags, RefusedStartTest, ::testing::ValuesIn(kRefusedStarts),
                         [](const auto& tested) { return tested.param.name; });

TEST(StartTest, RefusesPendingMigrationsAndAppliesThemWhenAsked) {
  const db::Options database = testing::TestServer::Get().NewSchema();
  {
    Process process(ToyFlags(database));
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.Output(), HasSubstr("has not run; run with --migrate first"));
    EXPECT_THAT(process.Output(), HasSubstr(".sql"));
  }
  {
    Process process(ToyFlags(database, {"--migrate_only"}));
    EXPECT_EQ(process.Wait(), 0);
    EXPECT_THAT(process.Output(), Not(HasSubstr("\"serving\"")));
  }
  Process process(ToyFlags(database));
  EXPECT_TRUE(process.Says("\"message\":\"serving\""));
}

TEST(StartTest, RefusesTheDevelopmentIssuerUnlessAllowed) {
  Process process(ToyFlags(testing::TestServer::Get().NewSchema(),
                           {"--migrate", "--noallow_development_issuer"}));
  EXPECT_EQ(process.Wait(), 1);
  EXPECT_THAT(process.Output(), HasSubstr("issuers.json"));
}

TEST(StartTest, RefusesATakenPort) {
  const db::Options database = testing::TestServer::Get().NewSchema();
  Process first(ToyFlags(database, {"--migrate"}));
  ASSERT_TRUE(first.Says("\"message\":\"serving\""));
  const std::string listen = absl::StrCat("--listen=127.0.0.1:", first.Port());
  Process second(ToyFlags(database, {listen}));
  EXPECT_EQ(second.Wait(), 1);
  EXPECT_THAT(second.Output(), HasSubstr(absl::StrCat(listen, ": cannot listen there")));
}

// A serving toy that runs a slow call.
class SignalTest : public ::testing::Test {
 protected:
  explicit SignalTest(const Flags& flags = {"--migrate"})
      : process_(ToyFlags(testing::TestServer::Get().NewSchema(), flags)) {
    EXPECT_TRUE(process_.Says("\"message\":\"serving\""));
    running_ = SlowCall(process_.Port());
    EXPECT_TRUE(process_.Says("handler began"));
  }

  Process process_;
  std::future<grpc::Status> running_;
};

TEST_F(SignalTest, TheFirstLetsRunningCallsEnd) {
  process_.Signal(SIGTERM);
  EXPECT_TRUE(running_.get().ok());
  EXPECT_EQ(process_.Wait(), 0);
  EXPECT_THAT(process_.Output(), HasSubstr("\"message\":\"stopped\""));
}

TEST_F(SignalTest, InterruptIsTheSame) {
  process_.Signal(SIGINT);
  EXPECT_TRUE(running_.get().ok());
  EXPECT_EQ(process_.Wait(), 0);
}

TEST_F(SignalTest, TheSecondEndsTheProcess) {
  process_.Signal(SIGTERM);
  EXPECT_TRUE(process_.Says("\"message\":\"draining\""));
  process_.Signal(SIGTERM);
  EXPECT_EQ(process_.Wait(), 143);
  EXPECT_FALSE(running_.get().ok());
}

class ImpatientTest : public SignalTest {
 protected:
  ImpatientTest() : SignalTest({"--migrate", "--drain_timeout=0"}) {}
};

TEST_F(ImpatientTest, WhatRunsTooLongIsCutOff) {
  process_.Signal(SIGTERM);
  EXPECT_FALSE(running_.get().ok());
  EXPECT_EQ(process_.Wait(), 1);
  EXPECT_THAT(process_.Output(), HasSubstr("cut off"));
}

TEST(EarlySignalTest, OneIsEnoughBeforeServing) {
  Process process({"--issuers_file=x", "--database_port=1", "--database_wait=1m"});
  ASSERT_TRUE(process.Says("waiting for the database"));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 143);
}

}  // namespace
}  // namespace duban::server
