#ifndef DUBAN_COMMON_WORKBOOK_TEST_ARCHIVE_H_
#define DUBAN_COMMON_WORKBOOK_TEST_ARCHIVE_H_

#include <cstdint>
#include <string>
#include <vector>

// Zip archives for tests, also such as no honest program writes.
namespace duban::workbook {

struct TestEntry {
  std::string name;
  std::string content;
  bool encrypted = false;
  bool damaged = false;  // its checksum is another's
};

// The bytes of an archive with these entries, deflated.
std::string MakeArchive(const std::vector<TestEntry>& entries);

// A workbook whose only sheet 填报 has this content inside <sheetData>, with the parts of a
// workbook as Excel lays them out. `workbook_properties` stands before its sheets.
std::string MakeWorkbook(const std::string& sheet_data, const std::string& shared_strings = "",
                         const std::string& workbook_properties = "");

}  // namespace duban::workbook

#endif  // DUBAN_COMMON_WORKBOOK_TEST_ARCHIVE_H_
