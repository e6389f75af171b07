#include "common/workbook/test_archive.h"

#include <zlib.h>

#include "absl/strings/str_cat.h"

namespace duban::workbook {
namespace {

constexpr uint16_t kDeflated = 8;

std::string Deflate(const std::string& content) {
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string Little(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(number >> (8 * i) & 0xFF));
  return text;
}

}  // namespace

std::string MakeArchive(const std::vector<TestEntry>& entries) {
  std::string archive;
  std::string directory;
  for (const TestEntry& entry : entries) {
    const std::string packed = Deflate(entry.content);
    uint64_t checksum = crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                              static_cast<uInt>(entry.content.size()));
    if (entry.damaged) checksum ^= 1;
    const std::string common =
        absl::StrCat(Little(20, 2), Little(entry.encrypted ? 1 : 0, 2), Little(kDeflated, 2),
                     Little(0, 4), Little(checksum, 4), Little(packed.size(), 4),
                     Little(entry.content.size(), 4), Little(entry.name.size(), 2), Little(0, 2));
    absl::StrAppend(&directory, "PK\x01\x02", Little(20, 2), common, Little(0, 2), Little(0, 2),
                    Little(0, 2), Little(0, 4), Little(archive.size(), 4), entry.name);
    absl::StrAppend(&archive, "PK\x03\x04", common, entry.name, packed);
  }
  return absl::StrCat(archive, directory, "PK\x05\x06", Little(0, 4), Little(entries.size(), 2),
                      Little(entries.size(), 2), Little(directory.size(), 4),
                      Little(archive.size(), 4), Little(0, 2));
}

std::string MakeWorkbook(const std::string& sheet_data, const std::string& shared_strings,
                         const std::string& workbook_properties) {
  const std::string head = R"(<?xml version="1.0" encoding="UTF-8"?>)";
  const std::string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const std::string relationships =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string package = "http://schemas.openxmlformats.org/package/2006/relationships";
  const auto relationship = [&](const char* id, const char* type, const char* target) {
    return absl::StrCat("<Relationship Id=\"", id, "\" Type=\"", relationships, "/", type,
                        "\" Target=\"", target, "\"/>");
  };
  return MakeArchive({
      {"_rels/.rels",
       absl::StrCat(head, "<Relationships xmlns=\"", package, "\">",
                    relationship("rId1", "officeDocument", "xl/workbook.xml"), "</Relationships>")},
      {"xl/_rels/workbook.xml.rels",
       absl::StrCat(head, "<Relationships xmlns=\"", package, "\">",
                    relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
                    relationship("rId2", "sharedStrings", "/xl/sharedStrings.xml"),
                    relationship("rId3", "styles", "styles.xml"), "</Relationships>")},
      {"xl/workbook.xml",
       absl::StrCat(head, "<workbook xmlns=\"", main, "\" xmlns:r=\"", relationships, "\">",
                    workbook_properties,
                    R"(<sheets><sheet name="填报" sheetId="1" r:id="rId1"/></sheets></workbook>)")},
      {"xl/sharedStrings.xml",
       absl::StrCat(head, "<sst xmlns=\"", main, "\">", shared_strings, "</sst>")},
      {"xl/styles.xml",
       absl::StrCat(head, "<styleSheet xmlns=\"", main,
                    R"("><numFmts count="1"><numFmt numFmtId="164" )",
                    R"(formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>)",
                    R"(<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>)",
                    R"(<xf numFmtId="164"/></cellXfs></styleSheet>)")},
      {"xl/worksheets/sheet1.xml", absl::StrCat(head, "<worksheet xmlns=\"", main, "\"><sheetData>",
                                                sheet_data, "</sheetData></worksheet>")},
  });
}

}  // namespace duban::workbook
