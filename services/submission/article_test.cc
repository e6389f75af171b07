// Articles over the wire: their life, their doubles, and the quotas that they meet.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/article_fixture.h"

namespace duban::submission {
namespace {

using absl::StatusCode;
using ::duban::testing::FailsWith;
using ::duban::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kDenied;
using testing::kExists;
using testing::kInvalid;
using v1::Article;

TEST_F(ArticleTest, IsReturnedChangedSubmittedAgainAndAccepted) {
  const auto article = News(kNorth, "临湘科技创新加速跑", R"(
      url: "https://example.cn/1" summary: "摘要 𠮷" state: ACCEPTED submitter: "somebody")");
  ASSERT_THAT(article, IsOk());
  EXPECT_EQ(article->state(), Article::SUBMITTED);
  EXPECT_EQ(article->revision(), 1);
  EXPECT_NE(article->submitter(), "somebody");
  EXPECT_THAT(article->permitted_actions(), ElementsAre(Article::UPDATE));
  EXPECT_EQ(GetArticle(kNorth, article->name())->DebugString(), article->DebugString());
  EXPECT_THAT(ReturnArticle(kOffice, article->name(), ""),
              FailsWith(kInvalid, "FIELD_INVALID", "reason"));
  const auto returned = ReturnArticle(kOffice, article->name(), R"(reason: "标题与报纸不符")");
  ASSERT_THAT(returned, IsOk());
  EXPECT_EQ(GetArticle(kNorth, article->name())->decision().reason(), "标题与报纸不符");
  EXPECT_THAT(AcceptArticle(kOffice, article->name()),
              FailsWith(StatusCode::kFailedPrecondition, "ARTICLE_MOVE_NOT_ALLOWED"));
  const std::string named = absl::StrCat(R"(article { name: ")", article->name(), R"(" )");
  EXPECT_THAT(UpdateArticle(kNorth, named + R"(etag: "old" title: "新标题" })"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  EXPECT_THAT(UpdateArticle(kNorth, named + R"(unit: "units/south" }
                                               update_mask { paths: "unit" })"),
              FailsWith(kInvalid, "FIELD_INVALID", "article.unit"));
  const auto updated =
      UpdateArticle(kNorth, named + R"(title: "新标题" } update_mask { paths: "title" })");
  ASSERT_THAT(updated, IsOk());
  EXPECT_EQ(updated->title(), "新标题");
  EXPECT_EQ(updated->url(), "https://example.cn/1");
  Services::Get().clock.Advance(absl::Minutes(1));
  const auto again = SubmitArticle(kNorth, article->name());
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->first_submit_time().seconds(), article->submit_time().seconds());
  EXPECT_EQ(again->submit_time().seconds(), article->submit_time().seconds() + 60);
  EXPECT_THAT(AcceptArticle(kOffice, article->name(), R"(etag: "old")"),
              FailsWith(StatusCode::kAborted, "STALE_ETAG"));
  const auto accepted = AcceptArticle(kOffice, article->name());
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->revision(), 5);
  EXPECT_THAT(accepted->permitted_actions(), IsEmpty());
  EXPECT_THAT(Recommend(kOffice, article->name()),
              FailsWith(StatusCode::kFailedPrecondition, "ARTICLE_MOVE_NOT_ALLOWED"));
  EXPECT_EQ(Events(article->name()), "submitted,returned,submitted,accepted");
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(method, '/', -1) ORDER BY id)"
                             " FROM audit_entries WHERE outcome = 'OK' AND resource = '",
                             article->name(), "'")),
            "CreateArticle,ReturnArticle,UpdateArticle,SubmitArticle,AcceptArticle");
}

TEST_F(ArticleTest, AnExperienceGoesOnToAJournal) {
  const auto article = News(kNorth, "临湘经验", "type: EXPERIENCE");
  ASSERT_THAT(article, IsOk());
  EXPECT_THAT(Recommend(kOffice, article->name()),
              FailsWith(StatusCode::kFailedPrecondition, "ARTICLE_MOVE_NOT_ALLOWED"));
  ASSERT_THAT(AcceptArticle(kOffice, article->name()), IsOk());
  ASSERT_THAT(Recommend(kOffice, article->name()), IsOk());
  const auto adopted =
      RecordAdoption(kLeader, article->name(), R"(adopted: true level: NATIONAL note: "第3期")");
  ASSERT_THAT(adopted, IsOk());
  EXPECT_EQ(adopted->state(), Article::ADOPTED);
  const auto stored = GetArticle(kNorth, article->name());
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->DebugString(), adopted->DebugString());
  EXPECT_EQ(stored->recommendation().level(), Article::PROVINCIAL);
  EXPECT_EQ(stored->adoption().journal(), "湖南科技简报");
  EXPECT_EQ(stored->adoption().level(), Article::NATIONAL);
  EXPECT_EQ(Events(article->name()), "submitted,accepted,recommended,adoption_recorded");
}

TEST_F(ArticleTest, ADoubleIsRefusedWithTheOneThatIsThere) {
  const auto first = News(kNorth, "临湘:科技创新", R"(url: "https://www.example.cn/news/1/?id=7")");
  ASSERT_THAT(first, IsOk());
  const auto expect_same = [&](const absl::Status& status, const std::string& field,
                               const std::string& same) {
    ASSERT_THAT(status, FailsWith(kExists, "ARTICLE_EXISTS", field));
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("article"), first->name());
    EXPECT_EQ(GetErrorInfo(status)->metadata().at("same"), same);
  };
  const std::string same_url = R"(url: "http://WWW.example.CN:80/news/1?utm_source=wx&id=7#top")";
  expect_same(News(kSouth, "另一篇", same_url).status(), "article.url", "address");
  expect_same(News(kSouth, "《临湘:科技 创新》").status(), "article.title", "title");
  expect_same(News(kSouth, "临湘科技创新", "type: EXPERIENCE").status(), "article.title", "title");
  const auto other = News(kSouth, "另一篇", R"(url: "https://www.example.cn/news/2")");
  ASSERT_THAT(other, IsOk());
  expect_same(UpdateArticle(kSouth, absl::StrCat(R"(article { name: ")", other->name(),
                                                 R"(" title: "临湘科技创新" }
                                                 update_mask { paths: "title" })"))
                  .status(),
              "article.title", "title");
  EXPECT_EQ(GetArticle(kSouth, other->name())->title(), "另一篇");
}

TEST_F(ArticleTest, OfTheSameArticleSentManyTimesAtOnceOneStays) {
  std::vector<absl::Status> outcomes(8);
  std::vector<std::thread> callers;
  callers.reserve(outcomes.size());
  for (absl::Status& outcome : outcomes) {
    callers.emplace_back(
        [&] { outcome = News(kNorth, "同一篇", R"(url: "https://example.cn/1")").status(); });
  }
  for (std::thread& caller : callers) caller.join();
  int taken = 0;
  for (const absl::Status& outcome : outcomes) {
    taken += outcome.ok();
    if (!outcome.ok()) {
      EXPECT_THAT(outcome, FailsWith(kExists, "ARTICLE_EXISTS"));
    }
  }
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(ListArticles(kNorth, "")->articles_size(), 1);
}

TEST_F(ArticleTest, ARepeatedRequestTakesEffectOnce) {
  const std::string id = "0190a1b2-0000-7000-8000-00000000dddd";
  const auto first = News(kNorth, "一篇", "", id);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(News(kNorth, "一篇", "", id)->DebugString(), first->DebugString());
  EXPECT_THAT(News(kNorth, "两篇", "", id), FailsWith(kInvalid, "REQUEST_ID_REUSED"));
  // Nothing is taken any more, but what was taken was.
  Close(plan_);
  EXPECT_THAT(News(kNorth, "三篇"),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  const auto again = News(kNorth, "一篇", "", id);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->DebugString(), first->DebugString());
}

TEST_F(ArticleTest, MembersOweNewsAndMeetThemByAsManyAsTheQuotaSays) {
  const auto opened = OpenMarch();
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->created(), 4);  // articles and share of north, news of north and office
  EXPECT_EQ(OpenMarch()->existing(), 4);
  EXPECT_EQ(Obligations(kSouth)->obligations_size(), 0);
  v1::Obligation debt = Debt("north");
  EXPECT_EQ(debt.state(), v1::Obligation::OPEN);
  EXPECT_EQ(debt.minimum(), 2);
  EXPECT_EQ(debt.indicator(), "");
  EXPECT_EQ(debt.article_type(), indicator::v1::ArticleQuota::NEWS);
  const auto first = News(kNorth, "第一篇");
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(News(kNorth, "二月的", R"(published_date: "2024-02-29")"), IsOk());
  ASSERT_THAT(News(kNorth, "经验", "type: EXPERIENCE"), IsOk());
  ASSERT_THAT(News(kSouth, "别人的"), IsOk());
  EXPECT_EQ(Debt("north").state(), v1::Obligation::OPEN);
  Now("2024-04-05T17:30:00");
  const auto second = News(kNorth, "第二篇");
  ASSERT_THAT(second, IsOk());
  debt = Debt("north");
  EXPECT_EQ(debt.state(), v1::Obligation::MET);
  EXPECT_EQ(debt.timeliness(), v1::LATE);
  EXPECT_EQ(debt.first_submit_time().seconds(), second->first_submit_time().seconds());
  ASSERT_THAT(ReturnArticle(kOffice, second->name(), R"(reason: "缺图")"), IsOk());
  EXPECT_EQ(Debt("north").DebugString(), debt.DebugString());  // a return resets nothing
  ASSERT_THAT(UpdateArticle(kNorth, absl::StrCat(R"(article { name: ")", second->name(),
                                                 R"(" published_date: "2024-04-01" }
                                                 update_mask { paths: "published_date" })")),
              IsOk());
  EXPECT_EQ(Debt("north").state(), v1::Obligation::OPEN);  // it was April's
  EXPECT_EQ(Ask(absl::StrCat("SELECT GROUP_CONCAT(SUBSTRING_INDEX(type, '.', -1) ORDER BY sequence)"
                             " FROM outbox_events WHERE subject = '",
                             debt.name(), "'")),
            "opened,settled,settled");
  EXPECT_EQ(Debt("office").state(), v1::Obligation::OPEN);
  EXPECT_EQ(Completeness(kNorth, "period = 2024-03")->total().total(), 3);
}

TEST_F(ArticleTest, NewsOfBeforeTheOpeningMeetItAndThoseAfterTheLockDoNot) {
  ASSERT_THAT(News(kNorth, "第一篇"), IsOk());
  ASSERT_THAT(News(kNorth, "第二篇"), IsOk());
  ASSERT_THAT(News(kOfficeReporter, "办公室一"), IsOk());
  ASSERT_THAT(OpenMarch(), IsOk());
  EXPECT_EQ(Debt("north").timeliness(), v1::ON_TIME);
  Now("2024-04-08T17:30:00");
  ASSERT_THAT(News(kOfficeReporter, "办公室二"), IsOk());
  EXPECT_EQ(Debt("office").state(), v1::Obligation::MISSED);
  ASSERT_THAT(Reopen(kReviewer, Debt("office").name(),
                     R"(reason: "补报" )" + Instant("until_time", "2024-04-10T17:30:00")),
              IsOk());
  EXPECT_EQ(Debt("office").state(), v1::Obligation::MET);  // by what came after the lock
  EXPECT_EQ(Debt("office").timeliness(), v1::LATE);
}

TEST_F(ArticleTest, NewsPutIntoAnotherMonthCameForItOnlyThen) {
  const auto early = News(kNorth, "二月的", R"(published_date: "2024-02-29")");
  ASSERT_THAT(early, IsOk());
  ASSERT_THAT(News(kNorth, "三月的"), IsOk());
  ASSERT_THAT(OpenMarch(), IsOk());
  Now("2024-04-08T17:30:00");
  EXPECT_EQ(Debt("north").state(), v1::Obligation::MISSED);
  const auto moved = UpdateArticle(kNorth, absl::StrCat(R"(article { name: ")", early->name(),
                                                        R"(" published_date: "2024-03-30" }
                                                        update_mask { paths: "published_date" })"));
  ASSERT_THAT(moved, IsOk());
  EXPECT_GT(moved->first_submit_time().seconds(), early->first_submit_time().seconds());
  EXPECT_EQ(Debt("north").state(), v1::Obligation::MISSED);
  const auto within = UpdateArticle(kNorth, absl::StrCat(R"(article { name: ")", early->name(),
                                                         R"(" published_date: "2024-03-29" }
                                                         update_mask { paths: "published_date" })"));
  ASSERT_THAT(within, IsOk());
  EXPECT_EQ(within->first_submit_time().DebugString(), moved->first_submit_time().DebugString());
}

TEST_F(ArticleTest, ArticlesAndOpeningsAtOnceMissNothing) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back(
        [&, i] { EXPECT_THAT(News(kNorth, absl::StrCat("第", i, "篇")), IsOk()); });
    callers.emplace_back([&] { EXPECT_THAT(OpenMarch(), IsOk()); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(Debt("north").state(), v1::Obligation::MET);
}

TEST_F(ArticleTest, TheOfficeMeetsItsQuotaByRecommending) {
  const auto opened = OpenYear();
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(opened->created(), 1);
  for (const char* title : {"经验一", "经验二"}) {
    const auto article = News(kNorth, title, "type: EXPERIENCE");
    ASSERT_THAT(article, IsOk());
    ASSERT_THAT(AcceptArticle(kOffice, article->name()), IsOk());
    EXPECT_EQ(Debt("office", "EXPERIENCE", "2024").state(), v1::Obligation::OPEN);
    ASSERT_THAT(Recommend(kOffice, article->name()), IsOk());
  }
  EXPECT_EQ(Debt("office", "EXPERIENCE", "2024").state(), v1::Obligation::MET);
  const auto tally = Tally(kNorth, R"(type: EXPERIENCE period: "2024")");
  ASSERT_THAT(tally, IsOk());
  ASSERT_EQ(tally->lines_size(), 2);
  EXPECT_EQ(tally->lines(0).unit(), "units/north");
  EXPECT_EQ(tally->lines(0).recommended(), 2);
  EXPECT_EQ(tally->lines(1).owed(), 2);
  EXPECT_EQ(tally->lines(1).missing(), 0);
}

TEST_F(ArticleTest, TheTallyIsMonthlyByUnit) {
  for (const char* title : {"第一篇", "第二篇", "第三篇"}) {
    ASSERT_THAT(News(kNorth, title), IsOk());
  }
  const auto list = ListArticles(kAuditor, R"(filter: "unit = units/north")");
  ASSERT_THAT(list, IsOk());
  ASSERT_THAT(AcceptArticle(kOffice, list->articles(0).name()), IsOk());
  ASSERT_THAT(ReturnArticle(kOffice, list->articles(1).name(), R"(reason: "重写")"), IsOk());
  ASSERT_THAT(News(kSouth, "非成员单位的"), IsOk());
  const auto tally = Tally(kLeader, R"(type: NEWS period: "2024-Q1")");
  ASSERT_THAT(tally, IsOk());
  std::vector<std::string> march;
  for (const auto& line : tally->lines()) {
    if (line.period() != "2024-03") continue;
    march.push_back(absl::StrCat(line.unit(), " ", line.owed(), " ", line.reported(), " ",
                                 line.counted(), " ", line.missing()));
  }
  EXPECT_EQ(tally->lines_size(), 2 + 2 + 3);
  EXPECT_THAT(march,
              ElementsAre("units/north 2 3 1 1", "units/office 2 0 0 2", "units/south 0 1 0 0"));
  EXPECT_THAT(Tally(kLeader, R"(period: "2024")"), FailsWith(kInvalid, "FIELD_INVALID", "type"));
  EXPECT_THAT(Tally(kLeader, R"(type: NEWS period: "2023")"),
              FailsWith(kInvalid, "PERIOD_OUTSIDE_PLAN", "period"));
}

TEST_F(ArticleTest, NobodyJudgesTheirOwnAndUnitsSeeTheirOwn) {
  const auto own = News(kOfficeReporter, "办公室的");
  ASSERT_THAT(own, IsOk());
  EXPECT_THAT(AcceptArticle(kOffice, own->name()), FailsWith(kDenied, "OWN_UNIT_REVIEW"));
  EXPECT_THAT(ReturnArticle({common::v1::OFFICE, "units/north"}, own->name(), R"(reason: "x")"),
              FailsWith(kDenied, "RECUSAL_REQUIRED"));
  EXPECT_THAT(AcceptArticle(kReviewer, own->name()), IsOk());
  EXPECT_THAT(AcceptArticle(kNorth, own->name()), FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(GetArticle(kNorth, own->name()), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(News(kNorth, "替别人", R"(unit: "units/south")"), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(SubmitArticle(kNorth, own->name()), FailsWith(kDenied, "NOT_OWN_UNIT"));
  const std::string nothing = plan_ + "/articles/0190a1b2-0000-7000-8000-000000000000";
  EXPECT_THAT(GetArticle(kNorth, nothing), FailsWith(kDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(AcceptArticle(kOffice, nothing),
              FailsWith(StatusCode::kNotFound, "ARTICLE_NOT_FOUND"));
}

TEST_F(ArticleTest, ListsFilterAndPage) {
  for (const char* title : {"第一篇", "第二篇", "第三篇"}) {
    ASSERT_THAT(News(kNorth, title), IsOk());
  }
  ASSERT_THAT(News(kSouth, "经验", R"(type: EXPERIENCE published_date: "2024-01-05")"), IsOk());
  const auto count = [&](const Who& who, const std::string& filter) {
    const auto list = ListArticles(who, absl::StrCat(R"(filter: ")", filter, R"(")"));
    EXPECT_THAT(list, IsOk()) << filter;
    return list.ok() ? list->articles_size() : -1;
  };
  EXPECT_EQ(count(kAuditor, ""), 4);
  EXPECT_EQ(count(kNorth, ""), 3);
  EXPECT_EQ(count(kAuditor, "unit = units/south"), 1);
  EXPECT_EQ(count(kAuditor, "type = EXPERIENCE"), 1);
  EXPECT_EQ(count(kAuditor, "state = ACCEPTED"), 0);
  EXPECT_EQ(count(kAuditor, "period = 2024-01"), 1);
  EXPECT_EQ(count(kAuditor, "period = 2024-Q1 AND type = NEWS AND state = SUBMITTED"), 3);
  for (const char* filter : {"type = POEM", "state = DONE", "period = spring", "unit = north"}) {
    EXPECT_THAT(ListArticles(kAuditor, absl::StrCat(R"(filter: ")", filter, R"(")")),
                FailsWith(kInvalid, "FILTER_INVALID", "filter"))
        << filter;
  }
  const auto page = ListArticles(kAuditor, "page_size: 3");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->articles_size(), 3);
  const auto rest = ListArticles(
      kAuditor, absl::StrCat(R"(page_size: 3 page_token: ")", page->next_page_token(), R"(")"));
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(rest->articles_size(), 1);
  EXPECT_EQ(rest->next_page_token(), "");
}

TEST_F(ArticleTest, WhatCannotBeIsRefused) {
  EXPECT_THAT(News(kNorth, "《》"), FailsWith(kInvalid, "FIELD_INVALID", "article.title"));
  EXPECT_THAT(News(kNorth, "一篇", R"(url: "ftp://example.cn/")"),
              FailsWith(kInvalid, "URL_INVALID", "article.url"));
  EXPECT_THAT(News(kNorth, "一篇", R"(published_date: "2024-04-31")"),
              FailsWith(kInvalid, "DATE_INVALID", "article.published_date"));
  EXPECT_THAT(News(kNorth, "一篇", R"(published_date: "2024-04-03")"),
              FailsWith(kInvalid, "FIELD_INVALID", "article.published_date"));
  EXPECT_THAT(News(kLeader, "一篇"), FailsWith(kDenied, "ROLE_NOT_ALLOWED"));
  Close(plan_);
  EXPECT_THAT(News(kNorth, "一篇"),
              FailsWith(StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
  EXPECT_EQ(ListArticles(kAuditor, "")->articles_size(), 0);
}

}  // namespace
}  // namespace duban::submission
