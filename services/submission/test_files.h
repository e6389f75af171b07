#ifndef DUBAN_SERVICES_SUBMISSION_TEST_FILES_H_
#define DUBAN_SERVICES_SUBMISSION_TEST_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace duban::submission {

inline constexpr char kPdfType[] = "application/pdf";
inline constexpr char kDocxType[] =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
inline constexpr char kXlsxType[] =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
inline constexpr char kPngType[] = "image/png";
inline constexpr char kJpegType[] = "image/jpeg";
inline constexpr char kOfdType[] = "application/ofd";

// A PDF as far as its first bytes tell, of so many bytes, different for every seed.
inline std::string Pdf(size_t size, uint32_t seed = 1) {
  std::string bytes = absl::StrCat("%PDF-1.7 ", seed, "\n");
  uint32_t state = seed;
  while (bytes.size() < size) {
    state = state * 1664525 + 1013904223;
    bytes.push_back(static_cast<char>(state >> 24));
  }
  bytes.resize(size);
  return bytes;
}

inline std::string LittleEndian(int64_t number, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(number >> (8 * i)));
  return bytes;
}

// One entry of a ZIP directory, which claims so many unpacked bytes.
inline std::string ZipEntry(const std::string& name, int64_t unpacked) {
  return absl::StrCat(std::string("PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00", 12),
                      std::string(8, '\0'), LittleEndian(4, 4), LittleEndian(unpacked, 4),
                      LittleEndian(static_cast<int64_t>(name.size()), 2), std::string(16, '\0'),
                      name);
}

// The record that ends a container of so many entries.
inline std::string ZipEndRecord(size_t entries, int64_t size, int64_t offset,
                                const std::string& comment = "") {
  const auto count = static_cast<int64_t>(entries);
  return absl::StrCat(std::string("PK\x05\x06\x00\x00\x00\x00", 8), LittleEndian(count, 2),
                      LittleEndian(count, 2), LittleEndian(size, 4), LittleEndian(offset, 4),
                      LittleEndian(static_cast<int64_t>(comment.size()), 2), comment);
}

// A ZIP container of entries with these names. Their content is four bytes that no unpacker would
// take, for nobody is to unpack them.
inline std::string Zip(const std::vector<std::string>& names, const std::string& comment = "",
                       int64_t unpacked = 4) {
  std::string bytes;
  std::string directory;
  for (const std::string& name : names) {
    absl::StrAppend(&bytes, std::string("PK\x03\x04\x14\x00\x00\x00\x08\x00", 10),
                    std::string(8, '\0'), LittleEndian(4, 4), LittleEndian(unpacked, 4),
                    LittleEndian(static_cast<int64_t>(name.size()), 2), std::string(2, '\0'), name,
                    "\xff\xff\xff\xff");
    absl::StrAppend(&directory, ZipEntry(name, unpacked));
  }
  const auto offset = static_cast<int64_t>(bytes.size());
  return absl::StrCat(
      bytes, directory,
      ZipEndRecord(names.size(), static_cast<int64_t>(directory.size()), offset, comment));
}

inline std::string Docx() {
  return Zip({"[Content_Types].xml", "_rels/.rels", "word/document.xml"});
}
inline std::string Xlsx() { return Zip({"[Content_Types].xml", "xl/workbook.xml"}); }
inline std::string Ofd() { return Zip({"OFD.xml", "Doc_0/Document.xml"}); }

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TEST_FILES_H_
