#ifndef DUBAN_COMMON_WORKBOOK_ARCHIVE_H_
#define DUBAN_COMMON_WORKBOOK_ARCHIVE_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/error.h"

namespace duban::workbook {

inline constexpr Reason kWorkbookInvalid{
    "WORKBOOK_INVALID", absl::StatusCode::kInvalidArgument, "不是可以读取的Excel工作簿(.xlsx):{zh}",
    "This is no Excel workbook (.xlsx) that can be read: {en}."};
inline constexpr Reason kWorkbookTooLarge{"WORKBOOK_TOO_LARGE", absl::StatusCode::kInvalidArgument,
                                          "工作簿过大:{zh}不能超过 {limit}",
                                          "The workbook is too large: at most {limit} {en}."};

absl::Status WorkbookInvalid(std::string_view zh, std::string_view en);

// How much an archive may hold, whatever its headers say.
struct ArchiveLimits {
  size_t entries = 200;
  size_t unpacked_bytes = size_t{32} << 20;
};

// The files of a zip archive by name; nothing is written to disk. INVALID_ARGUMENT WORKBOOK_INVALID
// for what is no archive, is damaged or encrypted, names a file twice or one outside itself (`../`,
// absolute); INVALID_ARGUMENT WORKBOOK_TOO_LARGE.
absl::StatusOr<std::map<std::string, std::string>> Unpack(std::string_view bytes,
                                                          const ArchiveLimits& limits);

}  // namespace duban::workbook

#endif  // DUBAN_COMMON_WORKBOOK_ARCHIVE_H_
