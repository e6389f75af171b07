#include "services/submission/file_type_rules.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"
#include "services/submission/test_files.h"

namespace duban::submission {
namespace {

using ::testing::TestWithParam;
using ::testing::ValuesIn;

// What the rules make of a whole file.
std::string TypeOfFile(const std::string& file) {
  const std::string_view type = TypeOfHead(std::string_view(file).substr(0, 16));
  if (type != kZipType) return std::string(type);
  const auto size = static_cast<int64_t>(file.size());
  const auto directory =
      FindZipDirectory(std::string_view(file).substr(std::max<int64_t>(0, size - kZipTail)), size);
  if (!directory) return "";
  return std::string(TypeOfZip(std::string_view(file).substr(directory->offset, directory->size)));
}

struct TypeCase {
  const char* name;
  std::string file;
  std::string want;
};

class FileTypeTest : public TestWithParam<TypeCase> {};

TEST_P(FileTypeTest, IsToldByTheBytes) { EXPECT_EQ(TypeOfFile(GetParam().file), GetParam().want); }

// A container that ends in the same way, but for these bytes of its last record.
std::string WithEnd(size_t position, const std::string& bytes) {
  std::string file = Docx();
  file.replace(file.size() - 22 + position, bytes.size(), bytes);
  return file;
}

const TypeCase kTypeCases[] = {
    {"Pdf", Pdf(100), kPdfType},
    {"Png", "\x89PNG\r\n\x1a\n....", kPngType},
    {"Jpeg", "\xff\xd8\xff\xe0....", kJpegType},
    {"Docx", Docx(), kDocxType},
    {"Xlsx", Xlsx(), kXlsxType},
    {"Ofd", Ofd(), kOfdType},
    {"DocxWithAComment", Zip({"[Content_Types].xml", "word/document.xml"}, "PK\x05\x06 a note"),
     kDocxType},
    {"DocxThatClaimsToUnpackTo4GiB",
     Zip({"[Content_Types].xml", "word/document.xml"}, "", 0xfffffffe), kDocxType},
    {"Empty", "", ""},
    {"Program", std::string("MZ\x90\x00\x03", 5), ""},
    {"Page", "<html>", ""},
    {"PdfNotAtTheBeginning", "x%PDF-1.7", ""},
    {"AnyZip", Zip({"run.exe"}), ""},
    {"ZipOfNothing", std::string("PK\x05\x06") + std::string(18, '\0'), ""},
    {"OfficeWithoutADocument", Zip({"[Content_Types].xml", "ppt/presentation.xml"}), ""},
    {"DocumentWithoutTypes", Zip({"word/document.xml"}), ""},
    {"Both", Zip({"[Content_Types].xml", "word/document.xml", "xl/workbook.xml"}), ""},
    {"Macros", Zip({"[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"}), ""},
    {"NamesOnlyInTheComment", Zip({"a"}, "[Content_Types].xml word/document.xml"), ""},
    {"CutOff", Docx().substr(0, Docx().size() - 1), ""},
    {"WithATail", Docx() + "tail", ""},
    {"SeveralDisks", WithEnd(4, "\x01"), ""},
    {"DirectoryBeyondTheEnd", WithEnd(12, "\xff\xff"), ""},
    {"DirectoryTooLarge", WithEnd(12, LittleEndian((1 << 20) + 1, 4)), ""},
    {"Zip64", WithEnd(16, "\xff\xff\xff\xff"), ""},
    {"DirectoryElsewhere", WithEnd(16, LittleEndian(1, 4)), ""},
    {"EntryLongerThanTheDirectory",
     "PK\x03\x04" + ZipEntry("a", 1).substr(0, 46) + ZipEndRecord(1, 46, 4), ""},
};
INSTANTIATE_TEST_SUITE_P(Files, FileTypeTest, ValuesIn(kTypeCases),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace duban::submission
