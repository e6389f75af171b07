#include "common/workbook/workbook_reader.h"

#include <optional>
#include <pugixml.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/workbook/cell_text.h"

namespace duban::workbook {
namespace {

using Files = std::map<std::string, std::string>;
using Kind = CellContent::Kind;

// The name of a node or attribute without its namespace's prefix.
std::string_view LocalName(const char* name) {
  const std::string_view whole = name;
  const size_t colon = whole.find(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

pugi::xml_node Child(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_node& child : node.children()) {
    if (LocalName(child.name()) == name) return child;
  }
  return {};
}

std::string Attribute(const pugi::xml_node& node, std::string_view name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    if (LocalName(attribute.name()) == name) return attribute.value();
  }
  return "";
}

// True for a reference to the character NUL, which would cut a text short.
bool HasNul(const std::string& xml) {
  if (xml.find('\0') != std::string::npos) return true;
  for (size_t at = xml.find("&#"); at != std::string::npos; at = xml.find("&#", at + 1)) {
    size_t i = at + 2;
    if (i < xml.size() && xml[i] == 'x') ++i;
    const size_t first = i;
    while (i < xml.size() && xml[i] == '0') ++i;
    if (i > first && i < xml.size() && xml[i] == ';') return true;
  }
  return false;
}

// The root of an XML file of the archive.
absl::StatusOr<pugi::xml_node> Parse(const Files& files, const std::string& name,
                                     pugi::xml_document* document) {
  const auto file = files.find(name);
  if (file == files.end()) {
    return WorkbookInvalid(absl::StrCat("缺少 ", name), absl::StrCat(name, " is missing"));
  }
  if (HasNul(file->second)) {
    return WorkbookInvalid(absl::StrCat(name, " 含有空字符"), absl::StrCat(name, " contains NUL"));
  }
  const pugi::xml_parse_result result =
      document->load_buffer(file->second.data(), file->second.size(),
                            pugi::parse_default | pugi::parse_ws_pcdata, pugi::encoding_utf8);
  if (!result || document->document_element().empty()) {
    return WorkbookInvalid(absl::StrCat(name, " 不是有效的XML"), absl::StrCat(name, " is no XML"));
  }
  return document->document_element();
}

// A part's name from a relationship's target, which stands relative to `folder` or to the root.
std::string Resolve(const std::string& folder, const std::string& target) {
  return absl::StartsWith(target, "/") ? target.substr(1) : absl::StrCat(folder, target);
}

// The relationships of a part: target by id, and the one target of a type.
struct Relationships {
  std::map<std::string, std::string> by_id;
  std::map<std::string, std::string> by_type;  // last word of the type
};

absl::StatusOr<Relationships> ReadRelationships(const Files& files, const std::string& name,
                                                const std::string& folder) {
  pugi::xml_document document;
  DUBAN_ASSIGN_OR_RETURN(const pugi::xml_node root, Parse(files, name, &document));
  Relationships relationships;
  for (const pugi::xml_node& node : root.children()) {
    if (Attribute(node, "TargetMode") == "External") continue;
    const std::string type = Attribute(node, "Type");
    const std::string target = Resolve(folder, Attribute(node, "Target"));
    relationships.by_id[Attribute(node, "Id")] = target;
    relationships.by_type[type.substr(type.rfind('/') + 1)] = target;
  }
  return relationships;
}

// The text of `<t>` and of the runs `<r>` of an `<si>` or `<is>`; readings `<rPh>` are no part of
// it.
std::string RichText(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    const std::string_view name = LocalName(child.name());
    if (name == "t") text += child.child_value();
    if (name == "r") text += Child(child, "t").child_value();
  }
  return text;
}

// Reads one workbook.
class Reader {
 public:
  Reader(Files files, const ReadLimits& limits) : files_(std::move(files)), limits_(limits) {}

  absl::StatusOr<std::vector<SheetContent>> Read() {
    DUBAN_ASSIGN_OR_RETURN(const Relationships package,
                           ReadRelationships(files_, "_rels/.rels", ""));
    const auto main = package.by_type.find("officeDocument");
    if (main == package.by_type.end()) {
      return WorkbookInvalid("没有工作簿", "there is no workbook in it");
    }
    const size_t slash = main->second.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : main->second.substr(0, slash + 1);
    const std::string file = main->second.substr(folder.size());
    DUBAN_ASSIGN_OR_RETURN(
        const Relationships parts,
        ReadRelationships(files_, absl::StrCat(folder, "_rels/", file, ".rels"), folder));
    pugi::xml_document document;
    DUBAN_ASSIGN_OR_RETURN(const pugi::xml_node book, Parse(files_, main->second, &document));
    const std::string date1904 = Attribute(Child(book, "workbookPr"), "date1904");
    from_1904_ = date1904 == "1" || date1904 == "true";
    if (const auto part = parts.by_type.find("sharedStrings"); part != parts.by_type.end()) {
      DUBAN_RETURN_IF_ERROR(ReadSharedStrings(part->second));
    }
    if (const auto part = parts.by_type.find("styles"); part != parts.by_type.end()) {
      DUBAN_RETURN_IF_ERROR(ReadStyles(part->second));
    }
    std::vector<SheetContent> sheets;
    for (const pugi::xml_node& node : Child(book, "sheets").children()) {
      const auto part = parts.by_id.find(Attribute(node, "id"));
      if (part == parts.by_id.end()) return WorkbookInvalid("缺少工作表", "a sheet is missing");
      DUBAN_RETURN_IF_ERROR(
          ReadSheet(part->second, Attribute(node, "name"), &sheets.emplace_back()));
    }
    return sheets;
  }

 private:
  absl::Status ReadSharedStrings(const std::string& name) {
    pugi::xml_document document;
    DUBAN_ASSIGN_OR_RETURN(const pugi::xml_node root, Parse(files_, name, &document));
    for (const pugi::xml_node& node : root.children()) {
      if (LocalName(node.name()) == "si") shared_.push_back(RichText(node));
    }
    return absl::OkStatus();
  }

  absl::Status ReadStyles(const std::string& name) {
    pugi::xml_document document;
    DUBAN_ASSIGN_OR_RETURN(const pugi::xml_node root, Parse(files_, name, &document));
    std::map<std::string, bool> formats;
    for (const pugi::xml_node& node : Child(root, "numFmts").children()) {
      formats[Attribute(node, "numFmtId")] = IsDateFormat(Attribute(node, "formatCode"));
    }
    for (const pugi::xml_node& node : Child(root, "cellXfs").children()) {
      const std::string id = Attribute(node, "numFmtId");
      int number = 0;
      const auto custom = formats.find(id);
      dates_.push_back(custom != formats.end()
                           ? custom->second
                           : absl::SimpleAtoi(id, &number) && IsDateFormat(number));
    }
    return absl::OkStatus();
  }

  absl::Status ReadSheet(const std::string& part, const std::string& name, SheetContent* sheet) {
    sheet->name = name;
    pugi::xml_document document;
    DUBAN_ASSIGN_OR_RETURN(const pugi::xml_node root, Parse(files_, part, &document));
    int row = 0;
    for (const pugi::xml_node& line : Child(root, "sheetData").children()) {
      if (LocalName(line.name()) != "row") continue;
      ++row;
      if (const std::string given = Attribute(line, "r"); !given.empty()) {
        if (!absl::SimpleAtoi(given, &row)) {
          return WorkbookInvalid("行号无效", "a row has no number");
        }
      }
      DUBAN_RETURN_IF_ERROR(ReadRow(line, row, sheet));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRow(const pugi::xml_node& line, int row, SheetContent* sheet) {
    int column = 0;
    for (const pugi::xml_node& node : line.children()) {
      if (LocalName(node.name()) != "c") continue;
      std::pair<int, int> place = {row, ++column};
      if (const std::string given = Attribute(node, "r"); !given.empty()) {
        const auto parsed = ParseCellName(given);
        if (!parsed || parsed->first != row) {
          return WorkbookInvalid("单元格位置无效", "a cell has no place");
        }
        place = *parsed;
        column = place.second;
      }
      DUBAN_ASSIGN_OR_RETURN(std::optional<CellContent> cell, ReadCell(node));
      if (!cell) continue;
      if (++cells_ > limits_.cells) {
        return Error(kWorkbookTooLarge)
            .With("zh", "单元格数")
            .With("en", "cells")
            .With("limit", absl::StrCat(limits_.cells));
      }
      if (!sheet->cells.emplace(place, *std::move(cell)).second) {
        return WorkbookInvalid("单元格重复", "a cell stands there twice");
      }
    }
    return absl::OkStatus();
  }

  // What the cell holds; nothing for an empty one.
  absl::StatusOr<std::optional<CellContent>> ReadCell(const pugi::xml_node& node) const {
    const std::string type = Attribute(node, "t");
    if (const pugi::xml_node formula = Child(node, "f"); !formula.empty()) {
      return std::optional(CellContent{Kind::kFormula, formula.child_value()});
    }
    const std::string value = Child(node, "v").child_value();
    if (type == "inlineStr") return TextCell(RichText(Child(node, "is")));
    if (type == "s") {
      size_t index = 0;
      if (!absl::SimpleAtoi(value, &index) || index >= shared_.size()) {
        return WorkbookInvalid("缺少共享字符串", "a shared string is missing");
      }
      return TextCell(shared_[index]);
    }
    if (type == "str") return TextCell(value);
    if (value.empty()) return std::optional<CellContent>();
    if (type == "b") return std::optional(CellContent{Kind::kBoolean, value});
    if (type == "e") return std::optional(CellContent{Kind::kError, value});
    if (type == "d") return std::optional(CellContent{Kind::kDate, value});
    return std::optional(NumberCell(value, Attribute(node, "s")));
  }

  static std::optional<CellContent> TextCell(std::string text) {
    if (text.empty()) return std::nullopt;
    return CellContent{Kind::kText, std::move(text)};
  }

  CellContent NumberCell(const std::string& value, const std::string& style) const {
    size_t index = 0;
    const bool is_date = absl::SimpleAtoi(style, &index) && index < dates_.size() && dates_[index];
    const auto text = is_date ? DateText(value, from_1904_) : PlainDecimal(value);
    if (!text) return {Kind::kError, value};
    return {is_date ? Kind::kDate : Kind::kNumber, *text};
  }

  Files files_;
  const ReadLimits& limits_;
  bool from_1904_ = false;
  std::vector<std::string> shared_;
  std::vector<bool> dates_;  // by style
  size_t cells_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<SheetContent>> ReadWorkbook(std::string_view bytes,
                                                       const ReadLimits& limits) {
  DUBAN_ASSIGN_OR_RETURN(Files files, Unpack(bytes, limits.archive));
  return Reader(std::move(files), limits).Read();
}

}  // namespace duban::workbook
