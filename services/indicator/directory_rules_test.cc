// What can be wrong with units and members, and how units close and are found.
#include <functional>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/indicator/document_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/member_rules.h"
#include "services/indicator/test_plan.h"
#include "services/indicator/unit_rules.h"

namespace duban::indicator {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

std::vector<std::string> Told(const Violations& violations) {
  return ViolationsOf(violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument));
}

struct FormCase {
  std::string name;
  std::string text;  // a Unit or Member in text form
  std::vector<std::string> want;
};

void PrintTo(const FormCase& c, std::ostream* out) { *out << c.name; }

class UnitFormTest : public ::testing::TestWithParam<FormCase> {};

TEST_P(UnitFormTest, AnswersExactlyWhatIsWrong) {
  Violations violations;
  CheckUnit(Parse<v1::Unit>(GetParam().text), "unit", violations);
  EXPECT_THAT(Told(violations), UnorderedElementsAreArray(GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    Units, UnitFormTest,
    ::testing::Values(
        FormCase{"right", "display_name: '市水利局' kind: BUREAU aliases: '水利局'", {}},
        FormCase{"empty", "", {"unit.display_name FIELD_INVALID", "unit.kind FIELD_INVALID"}},
        FormCase{"blank at the end",
                 "display_name: '市水利局 ' kind: BUREAU",
                 {"unit.display_name FIELD_INVALID"}},
        FormCase{"alias as its name",
                 "display_name: '水利局' kind: BUREAU aliases: '水利局'",
                 {"unit.aliases[0] DUPLICATE_ID"}},
        FormCase{"empty alias",
                 "display_name: '水利局' kind: BUREAU aliases: ''",
                 {"unit.aliases[0] FIELD_INVALID"}},
        FormCase{"no such day",
                 "display_name: '水利局' kind: BUREAU valid_from: '2023-02-29'",
                 {"unit.valid_from DATE_INVALID"}},
        FormCase{"a bureau of others",
                 "display_name: '水利局' kind: BUREAU constituents: 'units/a'",
                 {"unit.constituents FIELD_INVALID"}},
        FormCase{
            "stands for one twice",
            "display_name: '各局' kind: COLLECTIVE constituents: 'units/a' constituents: 'units/a'",
            {"unit.constituents[1] DUPLICATE_ID"}},
        FormCase{"stands for no name",
                 "display_name: '各局' kind: COLLECTIVE constituents: 'a'",
                 {"unit.constituents[0] FIELD_INVALID"}}));

class MemberFormTest : public ::testing::TestWithParam<FormCase> {};

TEST_P(MemberFormTest, AnswersExactlyWhatIsWrong) {
  Violations violations;
  CheckMember(Parse<v1::Member>(GetParam().text), "member", violations);
  EXPECT_THAT(Told(violations), UnorderedElementsAreArray(GetParam().want));
}

constexpr char kPost[] = "posts { unit: 'units/a' roles: REPORTER start_date: '2024-01-01' ";
INSTANTIATE_TEST_SUITE_P(
    Members, MemberFormTest,
    ::testing::Values(
        FormCase{"right", std::string("display_name: '张' ") + kPost + "}", {}},
        FormCase{"no name", "", {"member.display_name FIELD_INVALID"}},
        FormCase{"a post of nothing",
                 "display_name: '张' posts {}",
                 {"member.posts[0].unit FIELD_INVALID", "member.posts[0].roles FIELD_INVALID",
                  "member.posts[0].start_date FIELD_INVALID"}},
        FormCase{
            "a service is no person",
            "display_name: '张' posts { unit: 'units/a' roles: SERVICE start_date: '2024-01-01' }",
            {"member.posts[0].roles[0] FIELD_INVALID"}},
        FormCase{"a role twice",
                 std::string("display_name: '张' ") + kPost + "roles: REPORTER }",
                 {"member.posts[0].roles[1] FIELD_INVALID"}},
        FormCase{"ends before it begins",
                 std::string("display_name: '张' ") + kPost + "end_date: '2023-12-31' }",
                 {"member.posts[0].end_date FIELD_INVALID"}},
        FormCase{"two at once",
                 std::string("display_name: '张' ") + kPost + "} " + kPost + "}",
                 {"member.posts[1].start_date FIELD_INVALID"}},
        FormCase{"both on one day",
                 std::string("display_name: '张' ") + kPost + "end_date: '2024-05-01' }" +
                     "posts { unit: 'units/b' roles: OFFICE start_date: '2024-05-01' }",
                 {"member.posts[1].start_date FIELD_INVALID"}},
        FormCase{"one after the other",
                 std::string("display_name: '张' ") + kPost + "end_date: '2024-05-01' }" +
                     "posts { unit: 'units/b' roles: OFFICE start_date: '2024-05-02' }",
                 {}}));

TEST(MemberRulesTest, DeactivationEndsWhatIsOpenAndDropsWhatIsToCome) {
  const auto member = Parse<v1::Member>(R"(
    name: 'members/zhang' display_name: '张'
    posts { unit: 'units/a' roles: REPORTER start_date: '2022-01-01' end_date: '2022-12-31' }
    posts { unit: 'units/b' roles: REPORTER start_date: '2023-01-01' end_date: '2024-12-31' }
    posts { unit: 'units/c' roles: REPORTER start_date: '2025-01-01' })");
  const v1::Member after = Deactivated(member, absl::CivilDay(2024, 3, 29));
  EXPECT_TRUE(after.deactivated());
  ASSERT_EQ(after.posts_size(), 2);
  EXPECT_EQ(after.posts(0).end_date(), "2022-12-31");
  EXPECT_EQ(after.posts(1).end_date(), "2024-03-29");
}

v1::Unit Bureau(const std::string& id, const std::string& from = "",
                const std::string& until = "") {
  v1::Unit unit;
  unit.set_name("units/" + id);
  unit.set_display_name("局");
  unit.set_kind(v1::Unit::BUREAU);
  unit.set_valid_from(from);
  unit.set_valid_until(until);
  return unit;
}

struct OverlapCase {
  std::string name;
  v1::Unit other;
  bool taken;
};

void PrintTo(const OverlapCase& c, std::ostream* out) { *out << c.name; }

class NamesFreeTest : public ::testing::TestWithParam<OverlapCase> {};

TEST_P(NamesFreeTest, ANameIsTakenAtOverlappingTimesOnly) {
  const v1::Unit unit = Bureau("new", "2024-01-01", "2024-12-31");
  NameHolders holders;
  AddNames(GetParam().other, holders);
  Violations violations;
  CheckNamesFree(unit, holders, "unit", violations);
  const std::vector<std::string> want = {"unit.display_name UNIT_NAME_TAKEN"};
  EXPECT_THAT(Told(violations),
              UnorderedElementsAreArray(GetParam().taken ? want : std::vector<std::string>()));
}

INSTANTIATE_TEST_SUITE_P(
    Names, NamesFreeTest,
    ::testing::Values(OverlapCase{"always there", Bureau("old"), true},
                      OverlapCase{"itself", Bureau("new"), false},
                      OverlapCase{"gone the day before", Bureau("old", "", "2023-12-31"), false},
                      OverlapCase{"gone on the first day", Bureau("old", "", "2024-01-01"), true},
                      OverlapCase{"begins on the last day", Bureau("old", "2024-12-31"), true},
                      OverlapCase{"begins the day after", Bureau("old", "2025-01-01"), false}));

TEST(NamesFreeTest, AnAliasTakesANameToo) {
  v1::Unit other = Bureau("old");
  other.set_display_name("水务局");
  other.add_aliases("局");
  NameHolders holders;
  AddNames(other, holders);
  Violations violations;
  CheckNamesFree(Bureau("new"), holders, "unit", violations);
  EXPECT_THAT(Told(violations), UnorderedElementsAreArray({"unit.display_name UNIT_NAME_TAKEN"}));
}

struct ChooseCase {
  std::string name;
  std::vector<v1::Unit> named;
  std::string want;  // id, or empty
};

void PrintTo(const ChooseCase& c, std::ostream* out) { *out << c.name; }

class ChooseNamedTest : public ::testing::TestWithParam<ChooseCase> {};

TEST_P(ChooseNamedTest, TakesTheOneThatADocumentOfTheDayMeans) {
  const v1::Unit* chosen = ChooseNamed(GetParam().named, "2024-06-01");
  EXPECT_EQ(chosen == nullptr ? "" : IdOf(chosen->name()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Units, ChooseNamedTest,
    ::testing::Values(
        ChooseCase{"none", {}, ""},
        ChooseCase{
            "the valid one", {Bureau("a", "", "2023-01-01"), Bureau("b", "2023-01-02")}, "b"},
        ChooseCase{"valid on its last day", {Bureau("a", "", "2024-06-01")}, "a"},
        ChooseCase{"valid on its first day", {Bureau("a", "2024-06-01")}, "a"},
        ChooseCase{"the one closed last",
                   {Bureau("a", "", "2020-01-01"), Bureau("b", "2020-01-02", "2023-01-01"),
                    Bureau("c", "", "2019-01-01")},
                   "b"},
        ChooseCase{"not yet there", {Bureau("a", "2024-06-02")}, ""}));

struct CloseCase {
  std::string name;
  v1::Unit unit;
  v1::Unit successor;
  std::string valid_until;
  std::string reason;  // empty: allowed
  std::string field;
};

void PrintTo(const CloseCase& c, std::ostream* out) { *out << c.name; }

class ClosingTest : public ::testing::TestWithParam<CloseCase> {};

TEST_P(ClosingTest, NeedsASuccessorThatTakesOver) {
  v1::CloseUnitRequest request;
  request.set_valid_until(GetParam().valid_until);
  const absl::Status status = CheckClosing(GetParam().unit, GetParam().successor, request);
  EXPECT_EQ(GetReason(status), GetParam().reason) << status;
  const std::vector<std::string> told = ViolationsOf(status);
  if (GetParam().field.empty()) {
    EXPECT_THAT(told, IsEmpty());
  } else {
    EXPECT_THAT(told, ::testing::ElementsAre(GetParam().field + " " + GetParam().reason));
  }
}

v1::Unit Collective(const std::string& id) {
  v1::Unit unit = Bureau(id);
  unit.set_kind(v1::Unit::COLLECTIVE);
  return unit;
}

INSTANTIATE_TEST_SUITE_P(
    Closings, ClosingTest,
    ::testing::Values(
        CloseCase{"right", Bureau("a"), Bureau("b"), "2024-05-31", "", ""},
        CloseCase{"successor begins the day after", Bureau("a"), Bureau("b", "2024-06-01"),
                  "2024-05-31", "", ""},
        CloseCase{"successor begins too late", Bureau("a"), Bureau("b", "2024-06-02"), "2024-05-31",
                  "FIELD_INVALID", "successor"},
        CloseCase{"no date", Bureau("a"), Bureau("b"), "", "DATE_INVALID", "valid_until"},
        CloseCase{"before its first day", Bureau("a", "2024-06-01"), Bureau("b"), "2024-05-31",
                  "FIELD_INVALID", "valid_until"},
        CloseCase{"closed already", Bureau("a", "", "2023-01-01"), Bureau("b"), "2024-05-31",
                  "UNIT_CLOSED", ""},
        CloseCase{"successor closed", Bureau("a"), Bureau("b", "", "2025-01-01"), "2024-05-31",
                  "UNIT_CLOSED", "successor"},
        CloseCase{"itself", Bureau("a"), Bureau("a"), "2024-05-31", "FIELD_INVALID", "successor"},
        CloseCase{"successor owes nothing", Bureau("a"), Collective("b"), "2024-05-31",
                  "FIELD_INVALID", "successor"},
        CloseCase{"collective by collective", Collective("a"), Collective("b"), "2024-05-31", "",
                  ""}));

TEST(AgreementTest, NamesEveryFieldThatDiffers) {
  const v1::PlanDocument document = SmallPlan();
  StoredDirectory stored;
  stored.units["units/water"] = document.units(1);
  stored.units["units/water"].set_etag("v7");
  stored.members["members/zhang"] = document.members(0);
  Violations none;
  CheckAgreement(document, stored, "document.", none);
  EXPECT_TRUE(none.empty());
  stored.units["units/water"].set_kind(v1::Unit::CENTER);
  stored.units["units/water"].add_aliases("水利局");
  stored.members["members/zhang"].mutable_posts()->RemoveLast();
  v1::Unit other = Bureau("other");
  other.set_display_name("市科工局");
  stored.name_holders.push_back(other);
  Violations violations;
  CheckAgreement(document, stored, "document.", violations);
  EXPECT_THAT(Told(violations),
              UnorderedElementsAreArray({"document.units[1].kind UNIT_DIFFERS",
                                         "document.units[1].aliases UNIT_DIFFERS",
                                         "document.members[0].posts MEMBER_DIFFERS",
                                         "document.units[0].display_name UNIT_NAME_TAKEN"}));
}

TEST(DocumentDirectoryTest, UnitsAndMembersOfADocumentBelongTogether) {
  v1::PlanDocument document = SmallPlan();
  document.mutable_members(0)->mutable_posts(0)->set_unit("units/nobody");
  document.mutable_units(4)->add_constituents("units/nobody");
  document.mutable_units(4)->add_constituents("units/towns");
  document.mutable_units(3)->add_aliases("市水利局");
  *document.add_units() = document.units(2);
  Violations violations;
  CheckPlanDocument(document, {}, "", violations);
  EXPECT_THAT(Told(violations),
              UnorderedElementsAreArray(
                  {"members[0].posts[0].unit UNIT_UNKNOWN", "units[4].constituents[1] UNIT_UNKNOWN",
                   "units[4].constituents[2] FIELD_INVALID", "units[3].aliases[0] UNIT_NAME_TAKEN",
                   "units[5].name DUPLICATE_ID"}));
}

}  // namespace
}  // namespace duban::indicator
