#ifndef DUBAN_SERVICES_SUBMISSION_FILE_TYPE_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_FILE_TYPE_RULES_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace duban::submission {

// A type of file that may be evidence.
struct FileType {
  std::string_view media_type;
  std::vector<std::string_view> endings;  // of file names, lower case with the dot
};

// All of them.
const std::vector<FileType>& FileTypes();

// The media type of a file by its first bytes (16 are enough): one of FileTypes(), kZipType for a
// container that has to be looked into, or "".
inline constexpr std::string_view kZipType = "application/zip";
std::string_view TypeOfHead(std::string_view head);

// Where a ZIP container's directory stands.
struct ZipDirectory {
  int64_t offset;
  int64_t size;
};

// Found in the last kZipTail bytes of the file, or all of a shorter one. Nothing if there is none,
// if it is larger than 1 MiB, or if the container spans disks or is a ZIP64, as no document is.
inline constexpr int64_t kZipTail = 65535 + 22;
std::optional<ZipDirectory> FindZipDirectory(std::string_view tail, int64_t file_size);

// The media type of a container by the names in its directory: one of FileTypes(), or "" for
// others, for damaged directories and for documents with macros. Nothing is unpacked.
std::string_view TypeOfZip(std::string_view directory);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_FILE_TYPE_RULES_H_
