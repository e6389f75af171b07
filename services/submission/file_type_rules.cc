#include "services/submission/file_type_rules.h"

#include <set>
#include <string>

#include "absl/strings/match.h"

namespace duban::submission {
namespace {

constexpr std::string_view kPdf = "application/pdf";
constexpr std::string_view kDocx =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kXlsx =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kPng = "image/png";
constexpr std::string_view kJpeg = "image/jpeg";
constexpr std::string_view kOfd = "application/ofd";

// APPNOTE.TXT 4.3.16: the record that ends a container; its comment follows.
constexpr std::string_view kEndSignature = "PK\x05\x06";
constexpr size_t kEndSize = 22;
// APPNOTE.TXT 4.3.12: one entry of the directory; name, extra field and comment follow.
constexpr std::string_view kEntrySignature = "PK\x01\x02";
constexpr size_t kEntrySize = 46;
constexpr int64_t kLargestDirectory = 1 << 20;

// The little-endian number of `size` bytes.
int64_t ReadNumber(std::string_view bytes, size_t position, size_t size) {
  int64_t number = 0;
  for (size_t i = size; i-- > 0;) {
    number = number * 256 + static_cast<unsigned char>(bytes[position + i]);
  }
  return number;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The names of a directory; nothing if it is damaged.
std::optional<std::set<std::string>> NamesOf(std::string_view directory) {
  std::set<std::string> names;
  while (!directory.empty()) {
    if (directory.size() < kEntrySize || !StartsWith(directory, kEntrySignature)) return {};
    const int64_t name_size = ReadNumber(directory, 28, 2);
    const auto entry_size =
        static_cast<size_t>(static_cast<int64_t>(kEntrySize) + name_size +
                            ReadNumber(directory, 30, 2) + ReadNumber(directory, 32, 2));
    if (directory.size() < entry_size) return {};
    names.emplace(directory.substr(kEntrySize, static_cast<size_t>(name_size)));
    directory.remove_prefix(entry_size);
  }
  return names;
}

}  // namespace

const std::vector<FileType>& FileTypes() {
  static const auto* const kTypes =
      new std::vector<FileType>{{kPdf, {".pdf"}}, {kDocx, {".docx"}},         {kXlsx, {".xlsx"}},
                                {kPng, {".png"}}, {kJpeg, {".jpg", ".jpeg"}}, {kOfd, {".ofd"}}};
  return *kTypes;
}

std::string_view TypeOfHead(std::string_view head) {
  if (StartsWith(head, "%PDF-")) return kPdf;
  if (StartsWith(head, "\x89PNG\r\n\x1a\n")) return kPng;
  if (StartsWith(head, "\xff\xd8\xff")) return kJpeg;
  if (StartsWith(head, "PK\x03\x04")) return kZipType;
  return "";
}

std::optional<ZipDirectory> FindZipDirectory(std::string_view tail, int64_t file_size) {
  // The record whose comment reaches exactly to the end of the file.
  for (size_t end = tail.rfind(kEndSignature); end != std::string_view::npos;
       end = end == 0 ? std::string_view::npos : tail.rfind(kEndSignature, end - 1)) {
    if (tail.size() - end < kEndSize) continue;
    const auto comment = static_cast<size_t>(ReadNumber(tail, end + 20, 2));
    if (tail.size() - end != kEndSize + comment) continue;
    const bool one_disk = ReadNumber(tail, end + 4, 2) == 0 && ReadNumber(tail, end + 6, 2) == 0;
    const ZipDirectory directory = {ReadNumber(tail, end + 16, 4), ReadNumber(tail, end + 12, 4)};
    const int64_t before_end = file_size - static_cast<int64_t>(tail.size() - end);
    if (!one_disk || directory.size > kLargestDirectory ||
        directory.offset + directory.size > before_end) {
      return std::nullopt;
    }
    return directory;
  }
  return std::nullopt;
}

std::string_view TypeOfZip(std::string_view directory) {
  const std::optional<std::set<std::string>> names = NamesOf(directory);
  if (!names) return "";
  for (const std::string& name : *names) {
    if (absl::EndsWithIgnoreCase(name, "vbaProject.bin")) return "";
  }
  const bool office = names->count("[Content_Types].xml") > 0;
  const bool document = office && names->count("word/document.xml") > 0;
  const bool workbook = office && names->count("xl/workbook.xml") > 0;
  const bool ofd = names->count("OFD.xml") > 0;
  if (int{document} + int{workbook} + int{ofd} != 1) return "";
  if (document) return kDocx;
  return workbook ? kXlsx : kOfd;
}

}  // namespace duban::submission
