#include "services/review/bulletin_rules.h"

#include <string>
#include <vector>

#include "common/base/timestamp.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using common::v1::Role;
using v1::Bulletin;

const BulletinActor kOfficer = {"members/officer", {common::v1::OFFICE}};
const BulletinActor kSigner = {"members/leader", {common::v1::LEADER}};
const BulletinActor kAdministrator = {"members/admin", {common::v1::ADMIN}};
const absl::Time kNow = absl::FromUnixSeconds(1'712'800'000);  // 2024-04-11 09:46 +08:00

Bulletin BulletinOf(const std::string& text) {
  Bulletin bulletin;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &bulletin)) << text;
  return bulletin;
}

Bulletin InState(Bulletin::State state) {
  Bulletin bulletin = BulletinOf(R"pb(
    name: "plans/p/bulletins/bulletin-2024-03"
    title: "通报"
    revision: 4
    content {
      time_zone: "Asia/Shanghai"
      style { number_prefix: "临创办发" }
    }
  )pb");
  bulletin.set_state(state);
  if (state != Bulletin::DRAFT) {
    bulletin.mutable_signature()->set_digest(DigestOf(bulletin));
    bulletin.mutable_signature()->set_display_name("李明");
  }
  return bulletin;
}

struct MoveCase {
  std::string name;
  Bulletin::State state;
  Bulletin::Action move;
  BulletinActor actor;
  Bulletin::State after;     // STATE_UNSPECIFIED: refused
  std::string allowed = "";  // where it is refused
};

class BulletinMoveTest : public ::testing::TestWithParam<MoveCase> {};

TEST_P(BulletinMoveTest, GoesByTheTable) {
  const MoveCase& given = GetParam();
  const Bulletin before = InState(given.state);
  const auto after = MoveBulletin(before, given.move, given.actor, kNow);
  if (given.after == Bulletin::STATE_UNSPECIFIED) {
    EXPECT_EQ(GetReason(after.status()), "BULLETIN_MOVE_NOT_ALLOWED") << given.name;
    EXPECT_EQ(GetErrorInfo(after.status())->metadata().at("allowed"), given.allowed) << given.name;
    return;
  }
  ASSERT_TRUE(after.ok()) << given.name << after.status();
  EXPECT_EQ(after->state(), given.after) << given.name;
  EXPECT_EQ(after->has_signature(), given.move != Bulletin::UPDATE && before.has_signature());
  EXPECT_EQ(after->revision(), given.move == Bulletin::RECORD_ERRATUM ? 4 : 5) << given.name;
}

INSTANTIATE_TEST_SUITE_P(
    Moves, BulletinMoveTest,
    ::testing::Values(
        MoveCase{"the office edits", Bulletin::DRAFT, Bulletin::UPDATE, kOfficer, Bulletin::DRAFT},
        MoveCase{"a leader signs", Bulletin::DRAFT, Bulletin::SIGN, kSigner, Bulletin::SIGNED},
        MoveCase{"the office does not", Bulletin::DRAFT, Bulletin::SIGN, kOfficer, {}, "UPDATE"},
        MoveCase{"unsigned is not published",
                 Bulletin::DRAFT,
                 Bulletin::PUBLISH,
                 kSigner,
                 {},
                 "UPDATE, SIGN"},
        MoveCase{"an edit voids the signature", Bulletin::SIGNED, Bulletin::UPDATE, kOfficer,
                 Bulletin::DRAFT},
        MoveCase{"the office publishes", Bulletin::SIGNED, Bulletin::PUBLISH, kOfficer,
                 Bulletin::PUBLISHED},
        MoveCase{"once signed is signed",
                 Bulletin::SIGNED,
                 Bulletin::SIGN,
                 kSigner,
                 {},
                 "UPDATE, PUBLISH"},
        MoveCase{"published is not edited",
                 Bulletin::PUBLISHED,
                 Bulletin::UPDATE,
                 kSigner,
                 {},
                 "RECORD_ERRATUM"},
        MoveCase{"nor published again",
                 Bulletin::PUBLISHED,
                 Bulletin::PUBLISH,
                 kOfficer,
                 {},
                 "RECORD_ERRATUM"},
        MoveCase{
            "nor signed again", Bulletin::PUBLISHED, Bulletin::SIGN, kSigner, {}, "RECORD_ERRATUM"},
        MoveCase{"what is wrong is recorded", Bulletin::PUBLISHED, Bulletin::RECORD_ERRATUM,
                 kOfficer, Bulletin::PUBLISHED},
        MoveCase{"a draft is edited instead",
                 Bulletin::DRAFT,
                 Bulletin::RECORD_ERRATUM,
                 kOfficer,
                 {},
                 "UPDATE"},
        MoveCase{"administrators have no say",
                 Bulletin::SIGNED,
                 Bulletin::PUBLISH,
                 kAdministrator,
                 {},
                 ""}));

TEST(BulletinRulesTest, PermittedActionsAreThoseOfTheTable) {
  Bulletin bulletin = InState(Bulletin::SIGNED);
  SetPermittedActions(kOfficer, &bulletin);
  EXPECT_EQ(bulletin.permitted_actions_size(), 2);
  SetPermittedActions(kAdministrator, &bulletin);
  EXPECT_EQ(bulletin.permitted_actions_size(), 0);
}

TEST(BulletinRulesTest, UnitsSeeNoDrafts) {
  for (const Role role : {common::v1::REPORTER, common::v1::UNIT_HEAD, common::v1::SYSTEM}) {
    EXPECT_FALSE(SeesDrafts({"members/m", {role}}));
    EXPECT_TRUE(SeesDrafts({"members/m", {role, common::v1::OFFICE}}));
  }
  EXPECT_TRUE(SeesDrafts(kAdministrator));
}

TEST(BulletinRulesTest, TheNumberIsOfTheYearInThePlansZone) {
  // 2024-12-31 17:00 in UTC is New Year's Day there.
  const absl::Time new_year = absl::FromUnixSeconds(1'735'664'400);
  Bulletin bulletin = InState(Bulletin::PUBLISHED);
  EXPECT_EQ(LocalDay(bulletin.content(), new_year), absl::CivilDay(2025, 1, 1));
  EXPECT_EQ(SeriesOf(bulletin.content(), 2025), "临创办发〔2025〕");
  NumberBulletin(7, kOfficer, new_year, &bulletin);
  EXPECT_EQ(bulletin.document_number(), "临创办发〔2025〕7号");
  EXPECT_EQ(bulletin.number(), 7);
  EXPECT_EQ(bulletin.document_date(), "2025-01-01");
  EXPECT_EQ(bulletin.publisher(), "members/officer");
  EXPECT_EQ(bulletin.digest(), DigestOf(bulletin));
  EXPECT_EQ(bulletin.digest().size(), 64);
}

TEST(BulletinRulesTest, TheDigestIsOfWhatIsPrinted) {
  const Bulletin bulletin = InState(Bulletin::SIGNED);
  Bulletin same = bulletin;
  same.set_state(Bulletin::PUBLISHED);
  same.set_etag("other");
  same.set_revision(9);
  same.add_errata()->set_wrong("later");
  same.add_permitted_actions(Bulletin::PUBLISH);
  *same.mutable_update_time() = ToTimestamp(kNow);
  EXPECT_EQ(DigestOf(same), DigestOf(bulletin));
  std::vector<Bulletin> others(5, bulletin);
  others[0].set_title("另一个");
  others[1].mutable_content()->mutable_overview()->set_red(1);
  others[2].set_document_number("临创办发〔2024〕1号");
  others[3].mutable_signature()->set_display_name("王芳");
  others[4].add_sections()->set_text("一段");
  for (const Bulletin& other : others) EXPECT_NE(DigestOf(other), DigestOf(bulletin));
}

TEST(BulletinRulesTest, WhatWasAlteredIsFound) {
  EXPECT_TRUE(CheckUnaltered(InState(Bulletin::DRAFT)).ok());
  Bulletin signed_one = InState(Bulletin::SIGNED);
  signed_one.mutable_signature()->set_digest("");
  Bulletin text = signed_one;
  text.clear_signature();
  signed_one.mutable_signature()->set_digest(DigestOf(text));
  EXPECT_TRUE(CheckUnaltered(signed_one).ok());
  signed_one.set_title("改过的");
  EXPECT_EQ(GetReason(CheckUnaltered(signed_one)), "BULLETIN_ALTERED");
  Bulletin published = InState(Bulletin::PUBLISHED);
  NumberBulletin(1, kOfficer, kNow, &published);
  EXPECT_TRUE(CheckUnaltered(published).ok());
  published.mutable_content()->set_as_of_date("2024-03-30");
  EXPECT_EQ(GetReason(CheckUnaltered(published)), "BULLETIN_ALTERED");
}

struct TextCase {
  std::string name;
  std::string text;
  std::string field;  // empty: it is right
};

TEST(BulletinRulesTest, TextHasItsBounds) {
  const std::string long_title(201, 'x');
  const TextCase cases[] = {
      {"right", "title: 't' sections { kind: LIGHTS heading: 'h' } sections { heading: 'h' }", ""},
      {"no title", "title: ''", "bulletin.title"},
      {"a long title", "title: '" + long_title + "'", "bulletin.title"},
      {"no heading", "title: 't' sections { text: 'x' }", "bulletin.sections[0].heading"},
      {"no such section", "title: 't' sections { kind: 99 heading: 'h' }",
       "bulletin.sections[0].kind"},
      {"a table twice",
       "title: 't' sections { kind: NEWS heading: 'h' } sections { kind: NEWS heading: 'h' }",
       "bulletin.sections[1].kind"},
  };
  for (const TextCase& given : cases) {
    const absl::Status status = CheckBulletinText(BulletinOf(given.text));
    EXPECT_EQ(status.ok(), given.field.empty()) << given.name << status;
    if (given.field.empty()) continue;
    EXPECT_EQ(GetReason(status), "FIELD_INVALID") << given.name;
    EXPECT_EQ(GetBadRequest(status)->field_violations(0).field(), given.field) << given.name;
  }
  Bulletin many = BulletinOf("title: 't'");
  for (int i = 0; i < 31; ++i) many.add_sections()->set_heading("h");
  EXPECT_EQ(GetBadRequest(CheckBulletinText(many))->field_violations(0).field(),
            "bulletin.sections");
}

TEST(BulletinRulesTest, AnErratumSaysBoth) {
  EXPECT_TRUE(CheckErratum("12家", "13家").ok());
  EXPECT_FALSE(CheckErratum("", "13家").ok());
  EXPECT_FALSE(CheckErratum("12家", "").ok());
}

}  // namespace
}  // namespace duban::review
