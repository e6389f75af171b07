#include "services/notification/tag_rules.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

std::string Said(const std::string& text) {
  const auto tags = ReadTags(text);
  if (!tags) return "malformed";
  std::string said;
  for (const Tag& tag : *tags) {
    said += "v#^/"[tag.kind];
    said += tag.name;
    EXPECT_EQ(text.substr(tag.name_begin, tag.name.size()), tag.name);
  }
  return said;
}

struct TagCase {
  const char* text;
  const char* want;
};

class TagTest : public ::testing::TestWithParam<TagCase> {};

TEST_P(TagTest, ReadsWhatMustacheHas) { EXPECT_EQ(Said(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Texts, TagTest,
    ::testing::Values(TagCase{"没有标签 } {", ""}, TagCase{"{{a}}，{{ b.c }}", "vavb.c"},
                      TagCase{"{{#a}}{{.}}{{/a}}{{^ a}}{{/ a }}", "#av./a^a/a"},
                      TagCase{"{{! 说明 {x} }}{{a}}", "va"}, TagCase{"{{a", "malformed"},
                      TagCase{"{{}}", "malformed"}, TagCase{"{{ }}", "malformed"},
                      TagCase{"{{{a}}}", "malformed"}, TagCase{"{{&a}}", "malformed"},
                      TagCase{"{{>a}}", "malformed"}, TagCase{"{{=<% %>=}}", "malformed"},
                      TagCase{"{{A}}", "malformed"}, TagCase{"{{a b}}", "malformed"},
                      TagCase{"{{#}}", "malformed"}));

}  // namespace
}  // namespace duban::notification
