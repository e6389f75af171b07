#include "common/workbook/workbook_writer.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace duban::workbook {
namespace {

constexpr size_t kDigitsKept = 15;
constexpr char kTitleFont[] = "黑体";
constexpr char kBodyFont[] = "宋体";

// How many digits follow the point.
int DecimalsOf(const std::string& decimal) {
  const size_t point = decimal.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(decimal.size() - point - 1);
}

bool IsKept(const std::string& decimal) {
  const auto digits = std::count_if(decimal.begin(), decimal.end(),
                                    [](unsigned char c) { return absl::ascii_isdigit(c); });
  return static_cast<size_t>(digits) <= kDigitsKept;
}

std::string NumberFormat(int decimals) {
  return decimals == 0 ? "#,##0" : absl::StrCat("#,##0.", std::string(decimals, '0'));
}

// A file in memory, for the library writes to files only.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("workbook", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool ok() const { return descriptor_ >= 0; }
  std::string path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }

  std::string Content() const {
    std::string content;
    std::string buffer(size_t{64} << 10, '\0');
    ssize_t taken = 0;
    while ((taken = pread(descriptor_, buffer.data(), buffer.size(),
                          static_cast<off_t>(content.size()))) > 0) {
      content.append(buffer.data(), static_cast<size_t>(taken));
    }
    return content;
  }

 private:
  int descriptor_;
};

// Writes one workbook. What the library refuses is kept until the end.
class Writer {
 public:
  Writer(const std::string& path, absl::Time created) {
    lxw_workbook_options options = {.constant_memory = 0, .tmpdir = nullptr, .use_zip64 = 0};
    book_ = workbook_new_opt(path.c_str(), &options);
    lxw_doc_properties properties = {};
    properties.created = absl::ToTimeT(created);
    workbook_set_properties(book_, &properties);
  }

  void Add(const Sheet& sheet) {
    lxw_worksheet* page = workbook_add_worksheet(book_, sheet.name.c_str());
    if (page == nullptr) {
      Note(LXW_ERROR_SHEETNAME_LENGTH_EXCEEDED);
      return;
    }
    for (size_t i = 0; i < sheet.columns.size(); ++i) {
      lxw_row_col_options options = {
          .hidden = static_cast<uint8_t>(sheet.columns[i].hidden), .level = 0, .collapsed = 0};
      const auto column = static_cast<lxw_col_t>(i);
      Note(worksheet_set_column_opt(page, column, column, sheet.columns[i].width, nullptr,
                                    &options));
    }
    for (size_t row = 0; row < sheet.rows.size(); ++row) AddRow(sheet, row, page);
    if (sheet.frozen_rows > 0 || sheet.frozen_columns > 0) {
      worksheet_freeze_panes(page, static_cast<lxw_row_t>(sheet.frozen_rows),
                             static_cast<lxw_col_t>(sheet.frozen_columns));
    }
    if (sheet.is_protected) worksheet_protect(page, nullptr, nullptr);
    if (sheet.hidden) worksheet_hide(page);
  }

  // Writes the file. To be called once, also where something was refused.
  absl::Status Close() {
    Note(workbook_close(book_));
    if (failure_ == LXW_NO_ERROR) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("workbook: ", lxw_strerror(failure_)));
  }

 private:
  void Note(lxw_error error) {
    if (failure_ == LXW_NO_ERROR) failure_ = error;
  }

  void AddRow(const Sheet& sheet, size_t number, lxw_worksheet* page) {
    const std::vector<Cell>& cells = sheet.rows[number];
    const auto row = static_cast<lxw_row_t>(number);
    const bool alone = cells.size() == 1 &&
                       (cells.front().look == Look::kTitle || cells.front().look == Look::kNote);
    if (alone && sheet.columns.size() > 1) {
      Note(worksheet_merge_range(page, row, 0, row,
                                 static_cast<lxw_col_t>(sheet.columns.size() - 1),
                                 cells.front().text.c_str(), Format(cells.front().look, -1)));
      return;
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      AddCell(cells[i], row, static_cast<lxw_col_t>(i), page);
    }
  }

  void AddCell(const Cell& cell, lxw_row_t row, lxw_col_t column, lxw_worksheet* page) {
    if (cell.text.empty()) {
      Note(worksheet_write_blank(page, row, column, Format(cell.look, -1)));
    } else if (cell.is_decimal && IsKept(cell.text)) {
      Note(worksheet_write_number(page, row, column, std::strtod(cell.text.c_str(), nullptr),
                                  Format(cell.look, DecimalsOf(cell.text))));
    } else {
      Note(worksheet_write_string(page, row, column, cell.text.c_str(), Format(cell.look, -1)));
    }
  }

  // The format of a look; of a number with so many decimals, or of text (-1).
  lxw_format* Format(Look look, int decimals) {
    lxw_format*& format = formats_[{look, decimals}];
    if (format != nullptr) return format;
    format = workbook_add_format(book_);
    format_set_font_name(format, kBodyFont);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    if (decimals >= 0) format_set_num_format(format, NumberFormat(decimals).c_str());
    if (look != Look::kTitle && look != Look::kNote) format_set_border(format, LXW_BORDER_THIN);
    Dress(look, format);
    return format;
  }

  static void Dress(Look look, lxw_format* format) {
    switch (look) {
      case Look::kTitle:
        format_set_font_name(format, kTitleFont);
        format_set_font_size(format, 16);
        format_set_align(format, LXW_ALIGN_CENTER);
        break;
      case Look::kHeader:
        format_set_font_name(format, kTitleFont);
        format_set_align(format, LXW_ALIGN_CENTER);
        format_set_text_wrap(format);
        format_set_bg_color(format, 0xD9E1F2);
        break;
      case Look::kInput:
        format_set_unlocked(format);
        format_set_text_wrap(format);
        format_set_bg_color(format, 0xFFFBE6);
        break;
      case Look::kNote:
      case Look::kPlain:
        format_set_text_wrap(format);
        break;
      case Look::kGreen:
        Fill(0x00B050, format);
        break;
      case Look::kYellow:
        Fill(0xFFC000, format);
        break;
      case Look::kRed:
        Fill(0xFF0000, format);
        break;
      case Look::kGrey:
        Fill(0xBFBFBF, format);
        break;
    }
  }

  static void Fill(lxw_color_t colour, lxw_format* format) {
    format_set_bg_color(format, colour);
    format_set_align(format, LXW_ALIGN_CENTER);
  }

  lxw_workbook* book_;
  std::map<std::pair<Look, int>, lxw_format*> formats_;
  lxw_error failure_ = LXW_NO_ERROR;
};

}  // namespace

absl::StatusOr<std::string> WriteWorkbook(const std::vector<Sheet>& sheets, absl::Time created) {
  const MemoryFile file;
  if (!file.ok()) return absl::InternalError("workbook: no file in memory");
  Writer writer(file.path(), created);
  for (const Sheet& sheet : sheets) writer.Add(sheet);
  DUBAN_RETURN_IF_ERROR(writer.Close());
  return file.Content();
}

}  // namespace duban::workbook
