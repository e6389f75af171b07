// One month of the Linxiang plan: March 2024 as its eleven reporting units and thirteen members
// live through it, with an extension, a late report, one that is missed, one that is waived and one
// that is returned; then completeness and the tally of articles against figures worked out by hand.
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

using absl::StatusCode;
using common::v1::Measurement;
using submission::v1::Article;
using submission::v1::Obligation;
using submission::v1::Report;
using Reports = submission::v1::ReportService::Stub;
using Progress = submission::v1::ProgressService::Stub;
using Obligations = submission::v1::ObligationService::Stub;
using Articles = submission::v1::ArticleService::Stub;

struct Line {
  std::string indicator;
  std::string unit;
  std::string unit_of_measure;
};

// All that is collected by dekads: 26 lines of 8 units.
const std::vector<Line> kDekadLines = {
    {"new-scaled-industry", "gaoxin-zone", "家"},
    {"new-scaled-industry", "sci-industry", "家"},
    {"new-scaled-industry", "agriculture", "家"},
    {"new-scaled-industry", "float-center", "家"},
    {"new-scaled-industry", "bamboo-center", "家"},
    {"new-hightech-enterprises", "gaoxin-zone", "家"},
    {"new-hightech-enterprises", "agriculture", "家"},
    {"tech-smes", "gaoxin-zone", "家"},
    {"tech-smes", "agriculture", "家"},
    {"innovative-smes", "sci-industry", "家"},
    {"srdi-smes", "sci-industry", "家"},
    {"little-giants", "sci-industry", "家"},
    {"achievement-registrations", "sci-industry", "项"},
    {"ip-pledge-financing", "market-regulation", "万元"},
    {"knowledge-credit-loans", "sci-industry", "万元"},
    {"contract-turnover", "gaoxin-zone", "亿元"},
    {"contract-turnover", "agriculture", "亿元"},
    {"contract-turnover", "market-regulation", "亿元"},
    {"contract-turnover", "housing", "亿元"},
    {"contract-turnover", "water", "亿元"},
    {"contract-count", "gaoxin-zone", "项"},
    {"contract-count", "agriculture", "项"},
    {"contract-count", "market-regulation", "项"},
    {"contract-count", "housing", "项"},
    {"contract-count", "water", "项"},
    {"patent-enterprises", "market-regulation", "家"},
};

// The instants of a session, local time, worked out by hand from the cadence rules and the notice
// of 2024 (4–6 April off, Sunday 7 April worked).
struct MonthSession {
  std::string id;
  std::string period;
  std::string open;
  std::string due;
  std::string grace_end;
  std::string lock;
};
const MonthSession kFirstDekad = {"dispatch-2024-03-d1", "2024-03-D1",
                                  "2024-03-10T00:00:00", "2024-03-11T17:30:00",
                                  "2024-03-12T17:30:00", "2024-03-14T17:30:00"};
const MonthSession kSecondDekad = {"dispatch-2024-03-d2", "2024-03-D2",
                                   "2024-03-20T00:00:00", "2024-03-21T17:30:00",
                                   "2024-03-22T17:30:00", "2024-03-26T17:30:00"};
const MonthSession kThirdDekad = {"dispatch-2024-03-d3", "2024-03-D3",
                                  "2024-03-31T00:00:00", "2024-04-01T17:30:00",
                                  "2024-04-02T17:30:00", "2024-04-07T17:30:00"};
const MonthSession kMonth = {"bulletin-2024-03",    "2024-03",
                             "2024-03-31T00:00:00", "2024-04-03T17:30:00",
                             "2024-04-07T17:30:00", "2024-04-09T17:30:00"};
const MonthSession kQuarter = {"summary-2024-q1",     "2024-Q1",
                               "2024-03-31T00:00:00", "2024-04-08T17:30:00",
                               "2024-04-10T17:30:00", "2024-04-15T17:30:00"};
const MonthSession kHalfYear = {"appraisal-2024-h1",   "2024-H1",
                                "2024-06-30T00:00:00", "2024-07-12T17:30:00",
                                "2024-07-16T17:30:00", "2024-07-19T17:30:00"};

google::protobuf::Timestamp At(const std::string& local) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, local + "+08:00", &time, &error)) << local;
  return ToTimestamp(time);
}

std::string Id(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// `expected reported on_time late missing missed waived`.
std::string CountsText(const submission::v1::ObligationCounts& counts) {
  std::string text;
  for (const int figure : {counts.expected(), counts.reported(), counts.on_time(), counts.late(),
                           counts.missing(), counts.missed(), counts.waived()}) {
    text += std::to_string(figure) + " ";
  }
  text.pop_back();
  return text;
}

class MonthTest : public ::testing::Test {
 protected:
  void Go(const std::string& local) { stack_.RestartSubmissionAt(local + "+08:00"); }

  // How many obligations were made.
  int Open(const MonthSession& session) {
    submission::v1::OpenObligationsRequest request;
    request.set_parent(kPlan);
    request.set_session(std::string(kPlan) + "/sessions/" + session.id);
    request.set_period(session.period);
    *request.mutable_open_time() = At(session.open);
    *request.mutable_due_time() = At(session.due);
    *request.mutable_grace_end_time() = At(session.grace_end);
    *request.mutable_lock_time() = At(session.lock);
    request.set_calendar_version("cn-2024.1");
    const auto response = stack_.Call(stack_.obligations(), &Obligations::OpenObligations,
                                      {common::v1::SERVICE, ""}, request);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? response->created() : -1;
  }

  absl::StatusOr<Report> Submit(const Report& report) {
    submission::v1::SubmitReportRequest request;
    request.set_name(report.name());
    return stack_.Call(stack_.reports(), &Reports::SubmitReport, Reporter(Id(report.unit())),
                       request);
  }

  absl::StatusOr<Report> Draft(const std::string& indicator, const std::string& unit,
                               const std::string& period, const Measurement& measurement,
                               const std::string& late_reason = "") {
    auto request = DraftOf(indicator, unit, period, measurement);
    request.mutable_report()->set_comment("月度演练");
    request.mutable_report()->set_late_reason(late_reason);
    return stack_.Call(stack_.reports(), &Reports::CreateReport, Reporter(unit), request);
  }

  Report Submitted(const std::string& indicator, const std::string& unit, const std::string& period,
                   const Measurement& measurement, const std::string& late_reason = "") {
    auto report = Draft(indicator, unit, period, measurement, late_reason);
    EXPECT_THAT(report, IsOk()) << indicator << " " << unit;
    if (report.ok()) report = Submit(*report);
    EXPECT_THAT(report, IsOk()) << indicator << " " << unit;
    return report.ok() ? *report : Report();
  }

  // The office judges, but what its own bureau reports goes to the recusal reviewer.
  static CallerIdentity JudgeOf(const std::string& unit) {
    return unit == "units/sci-industry" ? RecusalReviewer() : Office();
  }

  absl::StatusOr<Report> Accept(const Report& report) {
    submission::v1::AcceptReportRequest request;
    request.set_name(report.name());
    return stack_.Call(stack_.reports(), &Reports::AcceptReport, JudgeOf(report.unit()), request);
  }

  // Reports of all dekad lines but these units' are submitted with the figure and accepted.
  void ReportDekad(const std::string& period, const std::string& figure,
                   const std::vector<Line>& but = {}) {
    for (const Line& line : kDekadLines) {
      bool left_out = false;
      for (const Line& other : but) {
        left_out |= other.indicator == line.indicator && other.unit == line.unit;
      }
      if (left_out) continue;
      const Report report =
          Submitted(line.indicator, line.unit, period, Value(figure, line.unit_of_measure));
      EXPECT_THAT(Accept(report), IsOk()) << line.indicator << " " << line.unit;
    }
  }

  Obligation Owed(const std::string& filter) {
    submission::v1::ListObligationsRequest request;
    request.set_parent(kPlan);
    request.set_filter(filter);
    const auto list =
        stack_.Call(stack_.obligations(), &Obligations::ListObligations, Office(), request);
    EXPECT_THAT(list, IsOk());
    EXPECT_EQ(list.ok() ? list->obligations_size() : -1, 1) << filter;
    return list.ok() && list->obligations_size() == 1 ? list->obligations(0) : Obligation();
  }
  Obligation Owed(const std::string& indicator, const std::string& unit,
                  const std::string& period) {
    return Owed("indicator = " + std::string(kPlan) + "/indicators/" + indicator +
                " AND unit = units/" + unit + " AND period = " + period);
  }

  absl::StatusOr<Article> News(const std::string& unit, const std::string& title,
                               const std::string& url) {
    submission::v1::CreateArticleRequest request;
    request.set_parent(kPlan);
    Article& article = *request.mutable_article();
    article.set_type(indicator::v1::ArticleQuota::NEWS);
    article.set_unit("units/" + unit);
    article.set_title(title);
    article.set_url(url);
    article.set_medium("岳阳日报");
    article.set_published_date("2024-03-28");
    return stack_.Call(stack_.articles(), &Articles::CreateArticle, Reporter(unit), request);
  }
  Article NewsOf(const std::string& unit) {
    const auto article = News(unit, unit + "的新闻", "https://news.example.cn/" + unit);
    EXPECT_THAT(article, IsOk()) << unit;
    return article.ok() ? *article : Article();
  }
  void AcceptArticle(const Article& article) {
    submission::v1::AcceptArticleRequest request;
    request.set_name(article.name());
    EXPECT_THAT(
        stack_.Call(stack_.articles(), &Articles::AcceptArticle, JudgeOf(article.unit()), request),
        IsOk())
        << article.unit();
  }
  void ReturnArticle(const Article& article) {
    submission::v1::ReturnArticleRequest request;
    request.set_name(article.name());
    request.set_reason("不是原创");
    EXPECT_THAT(stack_.Call(stack_.articles(), &Articles::ReturnArticle, Office(), request),
                IsOk());
  }

  void FirstDekad();
  void FirstDekadAfterItsGrace();
  void EndOfMonth();
  void NewsOfMarch();
  void CheckCompleteness();
  void CheckTally();

  LocalStack stack_{"2024-03-11T10:00:00+08:00"};
  Report returned_;
};

// Due at 17:30. Bamboo is let off, water asks for more time, housing and float say nothing.
void MonthTest::FirstDekad() {
  EXPECT_EQ(Open(kFirstDekad), 26);
  EXPECT_EQ(Open(kFirstDekad), 0);
  ReportDekad("2024-03-D1", "1",
              {{"new-scaled-industry", "bamboo-center", ""},
               {"new-scaled-industry", "float-center", ""},
               {"contract-turnover", "water", ""},
               {"contract-count", "housing", ""},
               {"ip-pledge-financing", "market-regulation", ""},
               {"srdi-smes", "sci-industry", ""}});

  submission::v1::WaiveObligationRequest waive;
  waive.set_name(Owed("new-scaled-industry", "bamboo-center", "2024-03-D1").name());
  waive.set_reason("机构搬迁");
  EXPECT_THAT(stack_.Call(stack_.obligations(), &Obligations::WaiveObligation, Office(), waive),
              IsOk());

  submission::v1::RequestExtensionRequest ask;
  ask.set_name(Owed("contract-turnover", "water", "2024-03-D1").name());
  ask.set_reason("合同尚未登记");
  *ask.mutable_wished_due_time() = At("2024-03-15T17:30:00");
  EXPECT_THAT(
      stack_.Call(stack_.obligations(), &Obligations::RequestExtension, Reporter("water"), ask),
      IsOk());
  submission::v1::DecideExtensionRequest grant;
  grant.set_name(ask.name());
  grant.set_grant(true);
  EXPECT_THAT(stack_.Call(stack_.obligations(), &Obligations::DecideExtension, Office(), grant),
              IsOk());

  // The office's own bureau reports; the office may not accept that, the recusal reviewer does.
  const Report own = Submitted("srdi-smes", "sci-industry", "2024-03-D1", Value("1", "家"));
  submission::v1::AcceptReportRequest accept;
  accept.set_name(own.name());
  EXPECT_THAT(stack_.Call(stack_.reports(), &Reports::AcceptReport, Office(), accept),
              FailsWith(StatusCode::kPermissionDenied, "OWN_UNIT_REVIEW"));
  EXPECT_THAT(Accept(own), IsOk());

  returned_ =
      Submitted("ip-pledge-financing", "market-regulation", "2024-03-D1", Value("1", "万元"));
  submission::v1::ReturnReportRequest back;
  back.set_name(returned_.name());
  back.set_reason("请附放款清单");
  EXPECT_THAT(stack_.Call(stack_.reports(), &Reports::ReturnReport, Office(), back), IsOk());
}

void MonthTest::FirstDekadAfterItsGrace() {
  const auto draft = Draft("contract-count", "housing", "2024-03-D1", Value("1", "项"));
  ASSERT_THAT(draft, IsOk());
  EXPECT_THAT(Submit(*draft), FailsWith(StatusCode::kFailedPrecondition, "LATE_REASON_REQUIRED",
                                        "report.late_reason"));
  submission::v1::UpdateReportRequest update;
  *update.mutable_report() = *draft;
  update.mutable_report()->set_late_reason("经办人出差");
  update.mutable_update_mask()->add_paths("late_reason");
  EXPECT_THAT(stack_.Call(stack_.reports(), &Reports::UpdateReport, Reporter("housing"), update),
              IsOk());
  EXPECT_THAT(Submit(*draft), IsOk());
  EXPECT_THAT(Accept(*draft), IsOk());
  EXPECT_EQ(Owed("contract-count", "housing", "2024-03-D1").timeliness(), submission::v1::LATE);

  const Report extended = Submitted("contract-turnover", "water", "2024-03-D1", Value("1", "亿元"));
  EXPECT_THAT(Accept(extended), IsOk());
  EXPECT_EQ(Owed("contract-turnover", "water", "2024-03-D1").timeliness(), submission::v1::ON_TIME);

  EXPECT_THAT(Submit(returned_), IsOk());
  EXPECT_THAT(Accept(returned_), IsOk());
  EXPECT_EQ(Owed("ip-pledge-financing", "market-regulation", "2024-03-D1").timeliness(),
            submission::v1::ON_TIME);
}

void MonthTest::EndOfMonth() {
  EXPECT_EQ(Open(kThirdDekad), 26);
  EXPECT_EQ(Open(kMonth), 1 + 13);
  EXPECT_EQ(Open(kQuarter), 3);
  ReportDekad("2024-03-D3", "3");
  const std::vector<Report> reports = {
      Submitted("sci-fiscal", "finance", "2024-03", Value("4000", "万元")),
      Submitted("hightech-value-added", "gaoxin-zone", "2024-Q1", Value("15", "亿元")),
      Submitted("hightech-value-added", "agriculture", "2024-Q1", Value("7", "亿元")),
      Submitted("hightech-tax-share", "taxation", "2024-Q1", Ratio("1.2", "4", "1", "4")),
      Submitted("hightech-share", "statistics", "2024-H1", Ratio("19.8", "90"))};
  for (const Report& report : reports) EXPECT_THAT(Accept(report), IsOk()) << report.indicator();
}

// Eleven of the thirteen members in time; a unit that is no member sends some all the same.
void MonthTest::NewsOfMarch() {
  for (const char* unit :
       {"development-reform", "finance", "sci-industry", "education-sports", "housing", "water",
        "market-regulation", "taxation", "agriculture", "gaoxin-zone", "float-center"}) {
    AcceptArticle(NewsOf(unit));
  }
  ReturnArticle(NewsOf("human-resources"));
  const auto second = News("gaoxin-zone", "高新区的又一篇", "https://news.example.cn/second");
  ASSERT_THAT(second, IsOk());
  ReturnArticle(*second);
  const auto copied = News("water", "转载", "http://NEWS.example.cn:80/housing/?utm_source=wx#top");
  ASSERT_THAT(copied, FailsWith(StatusCode::kAlreadyExists, "ARTICLE_EXISTS", "article.url"));
}

void MonthTest::CheckCompleteness() {
  submission::v1::GetCompletenessRequest request;
  request.set_plan(kPlan);
  const auto all = stack_.Call(stack_.progress(), &Progress::GetCompleteness, Office(), request);
  ASSERT_THAT(all, IsOk());
  // expected reported on_time late missing missed waived
  EXPECT_EQ(CountsText(all->total()), "94 92 90 2 2 2 1");
  std::map<std::string, std::string> sessions;
  for (const auto& session : all->sessions()) {
    sessions[Id(session.session())] = CountsText(session.counts());
  }
  const std::map<std::string, std::string> want_sessions = {
      {"dispatch-2024-03-d1", "25 24 23 1 1 1 1"},
      {"dispatch-2024-03-d2", "26 26 26 0 0 0 0"},
      {"dispatch-2024-03-d3", "26 26 26 0 0 0 0"},
      {"bulletin-2024-03", "14 13 12 1 1 1 0"},
      {"summary-2024-q1", "3 3 3 0 0 0 0"}};
  EXPECT_EQ(sessions, want_sessions);
  std::map<std::string, std::string> units;
  for (const auto& unit : all->units()) units[Id(unit.unit())] = CountsText(unit.counts());
  const std::map<std::string, std::string> want_units = {
      {"gaoxin-zone", "17 17 17 0 0 0 0"},        // 5 lines a dekad, 1 a quarter, news
      {"agriculture", "17 17 17 0 0 0 0"},        // the same
      {"sci-industry", "19 19 19 0 0 0 0"},       // 6 lines a dekad, news
      {"market-regulation", "13 13 13 0 0 0 0"},  // 4 lines a dekad, news
      {"housing", "7 7 6 1 0 0 0"},               // 2 lines a dekad, news; late once
      {"water", "7 7 7 0 0 0 0"},                 // the same; the extension made it in time
      {"float-center", "3 2 2 0 1 1 0"},          // 1 line a dekad, no news owed; missed once
      {"bamboo-center", "2 2 2 0 0 0 1"},         // the same; waived once
      {"finance", "2 2 2 0 0 0 0"},               // 1 line a month, news
      {"taxation", "2 2 2 0 0 0 0"},              // 1 line a quarter, news
      {"development-reform", "1 1 1 0 0 0 0"},    // members without lines owe news
      {"education-sports", "1 1 1 0 0 0 0"},
      {"human-resources", "1 1 1 0 0 0 0"},
      {"organization-dept", "1 1 0 1 0 0 0"},
      {"finance-office", "1 0 0 0 1 1 0"}};
  EXPECT_EQ(units, want_units);
}

void MonthTest::CheckTally() {
  submission::v1::GetArticleTallyRequest request;
  request.set_plan(kPlan);
  request.set_type(indicator::v1::ArticleQuota::NEWS);
  request.set_period("2024-03");
  const auto tally = stack_.Call(stack_.articles(), &Articles::GetArticleTally, Office(), request);
  ASSERT_THAT(tally, IsOk());
  std::map<std::string, std::string> units;  // owed reported counted missing
  for (const auto& line : tally->lines()) {
    units[Id(line.unit())] = std::to_string(line.owed()) + " " + std::to_string(line.reported()) +
                             " " + std::to_string(line.counted()) + " " +
                             std::to_string(line.missing());
  }
  const std::map<std::string, std::string> want = {{"gaoxin-zone", "1 2 1 0"},
                                                   {"organization-dept", "1 1 1 0"},
                                                   {"development-reform", "1 1 1 0"},
                                                   {"finance", "1 1 1 0"},
                                                   {"sci-industry", "1 1 1 0"},
                                                   {"education-sports", "1 1 1 0"},
                                                   {"housing", "1 1 1 0"},
                                                   {"water", "1 1 1 0"},
                                                   {"market-regulation", "1 1 1 0"},
                                                   {"taxation", "1 1 1 0"},
                                                   {"human-resources", "1 1 0 1"},
                                                   {"agriculture", "1 1 1 0"},
                                                   {"finance-office", "1 0 0 1"},
                                                   {"float-center", "0 1 1 0"}};
  EXPECT_EQ(units, want);
}

TEST_F(MonthTest, MarchOfLinxiang) {
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  FirstDekad();
  Go("2024-03-13T10:00:00");
  FirstDekadAfterItsGrace();
  Go("2024-03-21T10:00:00");
  EXPECT_EQ(Open(kSecondDekad), 26);
  ReportDekad("2024-03-D2", "2");
  const auto missed = Draft("new-scaled-industry", "float-center", "2024-03-D1", Value("1", "家"));
  ASSERT_THAT(missed, IsOk());
  EXPECT_THAT(Submit(*missed), FailsWith(StatusCode::kFailedPrecondition, "OBLIGATION_LOCKED"));
  Go("2024-04-01T10:00:00");
  EndOfMonth();
  NewsOfMarch();
  Go("2024-04-08T10:00:00");
  AcceptArticle(NewsOf("organization-dept"));
  Go("2024-04-10T10:00:00");
  CheckCompleteness();
  CheckTally();

  // What was reported before its session opened is met from the beginning.
  EXPECT_EQ(Open(kHalfYear), 1);
  const Obligation early = Owed("hightech-share", "statistics", "2024-H1");
  EXPECT_EQ(early.state(), Obligation::MET);
  EXPECT_EQ(early.timeliness(), submission::v1::ON_TIME);
}

}  // namespace
}  // namespace duban::testing
