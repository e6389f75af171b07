// Documents from draft to print, over the wire and against the real database.
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/review/bulletin_fixture.h"
#include "services/review/bulletin_store.h"

namespace duban::review {
namespace {

using absl::StatusCode;
using indicator::v1::CadenceRule;
using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;
using testing::kPrecondition;
using v1::Bulletin;

// A plan whose March is reported.
class MarchTest : public BulletinTest {
 protected:
  MarchTest() { ReportMonth(3); }

  const std::string session_ = Session("bulletin-2024-03");
  const std::string name_ = Document("bulletin-2024-03");
};

std::string Units(const google::protobuf::RepeatedPtrField<v1::BulletinContent::Mention>& list) {
  return absl::StrJoin(list, " ", [](std::string* out, const auto& mention) {
    absl::StrAppend(out, mention.unit().substr(6));
  });
}

TEST_F(MarchTest, ADraftIsMadeOfTheFrozenSnapshot) {
  const auto drafted = Draft(kOffice, session_);
  ASSERT_THAT(drafted, IsOk());
  EXPECT_EQ(drafted->name(), name_);
  EXPECT_EQ(drafted->session(), session_);
  EXPECT_EQ(drafted->state(), Bulletin::DRAFT);
  EXPECT_EQ(drafted->title(), "关于2024年3月《创新提升行动实施方案》推进情况的通报");
  EXPECT_EQ(drafted->recipients(), "各成员单位、各责任单位");
  const v1::BulletinContent& content = drafted->content();
  EXPECT_EQ(content.as_of_date(), "2024-03-31");
  EXPECT_FALSE(content.snapshot_digest().empty());
  const v1::BulletinContent::Overview& lights = content.overview();
  EXPECT_EQ(lights.green() + lights.yellow() + lights.red() + lights.grey(), 45);
  // Water owes 15 and has 1.2: 8% where 25% is expected.
  std::map<std::string, v1::BulletinContent::Line> lines;
  for (const auto& line : content.lines()) {
    lines[absl::StrCat(line.indicator().substr(line.indicator().rfind('/') + 1), " ",
                       line.unit_name())] = line;
  }
  const v1::BulletinContent::Line& water = lines["contract-turnover 市水利局"];
  EXPECT_EQ(water.light(), indicator::v1::RED);
  EXPECT_EQ(water.target(), "15亿元");
  EXPECT_EQ(water.result(), "1.2亿元");
  EXPECT_EQ(water.completion_percent(), "8.0000");
  EXPECT_EQ(water.gap_points(), "-17.0000");
  EXPECT_EQ(water.as_of_date(), "2024-03-31");
  // Agriculture reported everything but its high-tech enterprises; housing reported after the
  // cut-off.
  EXPECT_GT(content.overview().missing(), 0);
  EXPECT_EQ(content.overview().late(), 2);
  EXPECT_EQ(
      content.overview().expected(),
      content.overview().on_time() + content.overview().late() + content.overview().missing());
  EXPECT_THAT(Units(content.criticism()), ::testing::HasSubstr("water"));
  EXPECT_THAT(Units(content.criticism()), ::testing::HasSubstr("agriculture"));
  EXPECT_EQ(content.completion_ranking(0).rank(), 1);
  ASSERT_EQ(content.news_size(), 13);
  int counted = 0;
  for (const auto& news : content.news()) counted += news.counted();
  EXPECT_EQ(counted, 4);
  EXPECT_EQ(Get(kAuditor, name_)->SerializeAsString(), [&] {
    Bulletin seen = *drafted;
    seen.clear_permitted_actions();
    return seen.SerializeAsString();
  }());
}

TEST_F(MarchTest, LivesFromDraftToPrint) {
  const auto drafted = Draft(kOffice, session_);
  ASSERT_THAT(drafted, IsOk());
  const auto edited = Retitle(kOffice, *drafted, "三月通报");
  ASSERT_THAT(edited, IsOk());
  EXPECT_EQ(edited->revision(), 2);
  EXPECT_THAT(Retitle(kOffice, *drafted, "另一个"), FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(Sign(kOffice, *edited), FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Sign(kLeader, *drafted), FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(Publish(kOffice, *edited), FailsWith(kPrecondition, "BULLETIN_MOVE_NOT_ALLOWED"));
  const auto first = Sign(kLeader, *edited);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->signature().display_name(), "李明");
  // A change takes the signature away.
  const auto again = Retitle(kOffice, *first, "2024年3月通报");
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->state(), Bulletin::DRAFT);
  EXPECT_FALSE(again->has_signature());
  const auto signed_one = Sign(kLeader, *again);
  ASSERT_THAT(signed_one, IsOk());
  const auto published = Publish(kOffice, *signed_one);
  ASSERT_THAT(published, IsOk());
  EXPECT_EQ(published->state(), Bulletin::PUBLISHED);
  EXPECT_EQ(published->number(), 1);
  EXPECT_EQ(published->document_number(),
            absl::StrCat(drafted->content().style().number_prefix(), "〔2024〕1号"));
  EXPECT_EQ(published->document_date(), "2024-04-11");
  EXPECT_EQ(AskOwn(absl::StrCat("SELECT state FROM sessions WHERE plan = '", plan_.substr(6),
                                "' AND session = 'bulletin-2024-03'")),
            "5");
  EXPECT_EQ(AskOwn(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY"
                                " sequence) FROM outbox_events WHERE subject = '",
                                name_, "'")),
            "drafted,signed,signed,published");
  EXPECT_EQ(AskOwn(absl::StrCat("SELECT COUNT(*) FROM audit_entries WHERE resource = '", name_,
                                "' AND outcome = 'OK'")),
            "6");
}

TEST_F(MarchTest, WhatIsPublishedNeverChanges) {
  const Bulletin published = Published(session_);
  ASSERT_EQ(published.state(), Bulletin::PUBLISHED);
  const std::string row = absl::StrCat(
      "SELECT SHA2(CONCAT_WS('|', state, text, content, sign_name, number, document_number, digest,"
      " version), 256) FROM bulletins WHERE plan = '",
      plan_.substr(6), "' AND bulletin = 'bulletin-2024-03'");
  const std::string before = AskOwn(row);
  for (const Who& who : {kOffice, kLeader}) {
    EXPECT_THAT(Retitle(who, published, "改"),
                FailsWith(kPrecondition, "BULLETIN_MOVE_NOT_ALLOWED"));
    EXPECT_THAT(Publish(who, published), FailsWith(kPrecondition, "BULLETIN_MOVE_NOT_ALLOWED"));
    EXPECT_THAT(Draft(who, session_), FailsWith(StatusCode::kAlreadyExists, "BULLETIN_EXISTS"));
  }
  EXPECT_THAT(Sign(kLeader, published), FailsWith(kPrecondition, "BULLETIN_MOVE_NOT_ALLOWED"));
  EXPECT_THAT(Retitle(kAdmin, published, "改"),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Publish(kAdmin, published),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  // Nor does the store change it, whoever calls it with whatever revision.
  Bulletin forged = published;
  forged.set_title("改");
  for (const Bulletin::State state : {Bulletin::DRAFT, Bulletin::PUBLISHED}) {
    forged.set_state(state);
    forged.set_revision(published.revision() + 1);
    EXPECT_THAT(own_database().RunInTransaction(
                    MachineNow() + absl::Seconds(10),
                    [&](db::Transaction& tx) { return BulletinStore().Update(tx, forged); }),
                FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  }
  EXPECT_EQ(AskOwn(row), before);
}

TEST_F(MarchTest, WhatTheDatabasesRootChangesIsFound) {
  const Bulletin published = Published(session_);
  const auto alter = [&](const std::string& set) {
    EXPECT_THAT(own_database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                                [&](db::Transaction& tx) {
                                                  return tx
                                                      .Execute(absl::StrCat("UPDATE bulletins SET ",
                                                                            set, " WHERE plan = '",
                                                                            plan_.substr(6), "'"))
                                                      .status();
                                                }),
                IsOk());
  };
  alter("content = REPLACE(content, '\"RED\"', '\"GREEN\"')");
  EXPECT_THAT(Get(kOffice, name_), FailsWith(StatusCode::kDataLoss, "BULLETIN_ALTERED"));
  EXPECT_THAT(Render(kOffice, published, v1::HTML),
              FailsWith(StatusCode::kDataLoss, "BULLETIN_ALTERED"));
}

TEST_F(MarchTest, UnitsSeeItWhenItIsPublished) {
  ASSERT_THAT(Draft(kOffice, session_), IsOk());
  const auto list = [&](const Who& who, const std::string& filter) {
    v1::ListBulletinsRequest request;
    request.set_parent(plan_);
    request.set_filter(filter);
    const auto listed = Call(who, *stub_, &Stub::ListBulletins, request);
    EXPECT_THAT(listed, IsOk());
    return listed->bulletins_size();
  };
  EXPECT_THAT(Get(kWater, name_), FailsWith(StatusCode::kNotFound, "BULLETIN_NOT_FOUND"));
  EXPECT_EQ(list(kWater, ""), 0);
  EXPECT_EQ(list(kWater, "state = DRAFT"), 0);
  EXPECT_EQ(list(kOffice, "state = DRAFT"), 1);
  const auto signed_one = Sign(kLeader, *Get(kOffice, name_));
  ASSERT_THAT(signed_one, IsOk());
  EXPECT_THAT(Render(kWater, *signed_one, v1::HTML),
              FailsWith(StatusCode::kNotFound, "BULLETIN_NOT_FOUND"));
  ASSERT_THAT(Publish(kOffice, *signed_one), IsOk());
  EXPECT_THAT(Get(kWater, name_), IsOk());
  EXPECT_EQ(list(kWater, "kind = BULLETIN"), 1);
  EXPECT_EQ(list(kWater, "kind = SUMMARY"), 0);
}

TEST_F(MarchTest, ARepeatGetsTheFirstAnswer) {
  const std::string id = "7b0d8f34-7d3b-4f7e-9a55-0f6d5a3a1c01";
  const auto first = Draft(kOffice, session_, id);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(Retitle(kOffice, *first, "改"), IsOk());
  EXPECT_THAT(Draft(kOffice, session_), FailsWith(StatusCode::kAlreadyExists, "BULLETIN_EXISTS"));
  // Nothing is gathered any more: the session has lost its snapshot.
  const auto snapshot = [&](const std::string& name) {
    return own_database().Read(MachineNow() + absl::Seconds(10), [&](db::Session& session) {
      return session.Execute("UPDATE sessions SET snapshot = ? WHERE plan = ?",
                             {name, plan_.substr(6)});
    });
  };
  ASSERT_THAT(snapshot(absl::StrCat(plan_, "/snapshots/none")), IsOk());
  const auto again = Draft(kOffice, session_, id);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(Draft(kOffice, Session("bulletin-2024-02"), id),
              FailsWith(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"));
  EXPECT_THAT(Draft(kOffice, session_), FailsWith(StatusCode::kNotFound, "SNAPSHOT_NOT_FOUND"));
}

TEST_F(MarchTest, WhatHasNoDocumentIsRefused) {
  CloseSession(CadenceRule::DISPATCH, "2024-03-D1", "2024-03-10");
  CloseSession(CadenceRule::APPRAISAL, "2024-H1", "2024-03-31");
  EXPECT_THAT(Draft(kOffice, Session("bulletin-2024-04")),
              FailsWith(StatusCode::kNotFound, "SESSION_NOT_FOUND"));
  EXPECT_THAT(Draft(kOffice, Session("dispatch-2024-03-d1")),
              FailsWith(kPrecondition, "SESSION_WITHOUT_DOCUMENT"));
  EXPECT_THAT(Draft(kOffice, Session("appraisal-2024-h1")),
              FailsWith(kPrecondition, "APPRAISAL_NOT_PUBLISHED"));
  EXPECT_THAT(own_database().RunInTransaction(
                  MachineNow() + absl::Seconds(10),
                  [&](db::Transaction& tx) {
                    return tx
                        .Execute(
                            "UPDATE sessions SET state = 3, snapshot = '' WHERE plan = ?"
                            " AND kind = 2",
                            {plan_.substr(6)})
                        .status();
                  }),
              IsOk());
  EXPECT_THAT(Draft(kOffice, session_), FailsWith(kPrecondition, "SESSION_NOT_CLOSED"));
  EXPECT_THAT(Draft(kWater, session_),
              FailsWith(StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Get(kOffice, name_), FailsWith(StatusCode::kNotFound, "BULLETIN_NOT_FOUND"));
}

TEST_F(MarchTest, RequestsAreChecked) {
  const auto drafted = Draft(kOffice, session_);
  ASSERT_THAT(drafted, IsOk());
  Bulletin without_etag = *drafted;
  without_etag.clear_etag();
  EXPECT_THAT(Retitle(kOffice, without_etag, "改"),
              FailsWith(kInvalid, "FIELD_INVALID", "bulletin.etag"));
  EXPECT_THAT(Sign(kLeader, without_etag), FailsWith(kInvalid, "FIELD_INVALID", "etag"));
  EXPECT_THAT(Retitle(kOffice, *drafted, ""),
              FailsWith(kInvalid, "FIELD_INVALID", "bulletin.title"));
  v1::SignBulletinRequest sign;
  sign.set_name(name_);
  sign.set_etag(drafted->etag());
  EXPECT_THAT(Call(kLeader, *stub_, &Stub::SignBulletin, sign),
              FailsWith(kInvalid, "FIELD_INVALID", "display_name"));
  v1::ListBulletinsRequest list;
  list.set_parent(plan_);
  list.set_filter("state = LOST");
  EXPECT_THAT(Call(kOffice, *stub_, &Stub::ListBulletins, list),
              FailsWith(kInvalid, "FILTER_INVALID"));
  EXPECT_THAT(Render(kOffice, *drafted, static_cast<v1::RenderFormat>(9)),
              FailsWith(kInvalid, "FIELD_INVALID", "format"));
  EXPECT_THAT(Correct(kOffice, *drafted, "a", "b"),
              FailsWith(kPrecondition, "BULLETIN_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(Get(kOffice, name_)->revision(), 1);
}

// Every number once, none left out, whatever fails in between.
TEST_F(BulletinTest, NumbersHaveNoGaps) {
  std::vector<Bulletin> signed_ones;
  for (const char* month : {"2024-01", "2024-02", "2024-03"}) {
    CloseSession(CadenceRule::BULLETIN, month, "2024-03-28");
    const auto drafted = Draft(kOffice, Session(absl::StrCat("bulletin-", month)));
    ASSERT_THAT(drafted, IsOk());
    signed_ones.push_back(*Sign(kLeader, *drafted));
  }
  Bulletin stale = signed_ones[0];
  stale.set_etag("stale");
  EXPECT_THAT(Publish(kOffice, stale), FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  // A publication whose last write fails takes its number back.
  const std::string lose = absl::StrCat("UPDATE sessions SET session = 'lost' WHERE plan = '",
                                        plan_.substr(6), "' AND session = 'bulletin-2024-01'");
  const std::string find = absl::StrCat(
      "UPDATE sessions SET session = 'bulletin-2024-01' WHERE"
      " plan = '",
      plan_.substr(6), "' AND session = 'lost'");
  const auto run = [&](const std::string& sql) {
    return own_database().RunInTransaction(
        MachineNow() + absl::Seconds(10),
        [&](db::Transaction& tx) { return tx.Execute(sql).status(); });
  };
  ASSERT_THAT(run(lose), IsOk());
  EXPECT_EQ(Publish(kOffice, signed_ones[0]).status().code(), StatusCode::kNotFound);
  ASSERT_THAT(run(find), IsOk());
  std::vector<int> numbers(3);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      const auto published = Publish(kOffice, signed_ones[i]);
      EXPECT_THAT(published, IsOk());
      numbers[i] = published.ok() ? published->number() : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(numbers, ::testing::UnorderedElementsAre(1, 2, 3));
  // The list is the oldest first, page by page.
  std::string periods;
  v1::ListBulletinsRequest request;
  request.set_parent(plan_);
  request.set_page_size(2);
  do {
    const auto page = Call(kWater, *stub_, &Stub::ListBulletins, request);
    ASSERT_THAT(page, IsOk());
    for (const Bulletin& bulletin : page->bulletins()) {
      absl::StrAppend(&periods, bulletin.period(), " ");
      EXPECT_EQ(bulletin.sections_size(), 0);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(periods, "2024-01 2024-02 2024-03 ");
}

TEST_F(BulletinTest, AnErratumStandsInTheNextDocumentOnce) {
  for (const char* month : {"2024-01", "2024-02", "2024-03"}) {
    CloseSession(CadenceRule::BULLETIN, month, "2024-03-28");
  }
  const Bulletin january = Published(Session("bulletin-2024-01"));
  const std::string digest = january.digest();
  const auto corrected = Correct(kOffice, january, "完成12家", "完成13家");
  ASSERT_THAT(corrected, IsOk());
  ASSERT_EQ(corrected->errata_size(), 1);
  EXPECT_EQ(corrected->digest(), digest);
  EXPECT_EQ(corrected->revision(), january.revision());
  const Bulletin february = Published(Session("bulletin-2024-02"));
  ASSERT_EQ(february.content().errata_size(), 1);
  EXPECT_EQ(february.content().errata(0).document_number(), january.document_number());
  EXPECT_EQ(february.content().errata(0).right(), "完成13家");
  EXPECT_EQ(february.content().previous(), january.name());
  const auto seen = Get(kWater, january.name());
  ASSERT_THAT(seen, IsOk());
  EXPECT_EQ(seen->errata(0).printed_in(), february.name());
  EXPECT_EQ(seen->digest(), digest);
  const auto march = Draft(kOffice, Session("bulletin-2024-03"));
  ASSERT_THAT(march, IsOk());
  EXPECT_EQ(march->content().errata_size(), 0);
  EXPECT_EQ(AskOwn(absl::StrCat("SELECT MAX(sequence) FROM outbox_events WHERE subject = '",
                                january.name(), "'")),
            absl::StrCat(january.revision() + 1));
}

TEST_F(BulletinTest, AnErratumStandsInOneOfTwoDocumentsDraftedSideBySide) {
  for (const char* month : {"2024-01", "2024-02", "2024-03"}) {
    CloseSession(CadenceRule::BULLETIN, month, "2024-03-28");
  }
  CloseSession(CadenceRule::SUMMARY, "2024-Q1", "2024-03-28");
  const Bulletin january = Published(Session("bulletin-2024-01"));
  ASSERT_THAT(Correct(kOffice, january, "完成12家", "完成13家"), IsOk());
  std::vector<absl::StatusOr<Bulletin>> drafts(2, absl::UnknownError("not drafted"));
  std::thread february([&] { drafts[0] = Draft(kOffice, Session("bulletin-2024-02")); });
  std::thread march([&] { drafts[1] = Draft(kOffice, Session("bulletin-2024-03")); });
  february.join();
  march.join();
  ASSERT_THAT(drafts[0], IsOk());
  ASSERT_THAT(drafts[1], IsOk());
  ASSERT_EQ(drafts[0]->content().errata_size() + drafts[1]->content().errata_size(), 1);
  const Bulletin& holder = drafts[0]->content().errata_size() == 1 ? *drafts[0] : *drafts[1];
  EXPECT_EQ(Get(kWater, january.name())->errata(0).printed_in(), "");
  // It is cut out of that one, so that it waits for the next.
  v1::UpdateBulletinRequest update;
  update.mutable_bulletin()->set_name(holder.name());
  update.mutable_bulletin()->set_etag(holder.etag());
  for (const v1::BulletinSection& section : holder.sections()) {
    if (section.kind() != v1::BulletinSection::ERRATA) {
      *update.mutable_bulletin()->add_sections() = section;
    }
  }
  update.mutable_update_mask()->add_paths("sections");
  const auto cut = Call(kOffice, *stub_, &Stub::UpdateBulletin, update);
  ASSERT_THAT(cut, IsOk());
  const auto signed_one = Sign(kLeader, *cut);
  ASSERT_THAT(signed_one, IsOk());
  ASSERT_THAT(Publish(kOffice, *signed_one), IsOk());
  EXPECT_EQ(Get(kWater, january.name())->errata(0).printed_in(), "");
  const Bulletin summary = Published(Session("summary-2024-q1"));
  EXPECT_EQ(summary.content().errata_size(), 1);
  EXPECT_EQ(Get(kWater, january.name())->errata(0).printed_in(), summary.name());
}

}  // namespace
}  // namespace duban::review
