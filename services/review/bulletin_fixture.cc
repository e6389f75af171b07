#include "services/review/bulletin_fixture.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "duban/submission/v1/article_service.grpc.pb.h"
#include "duban/submission/v1/obligation_service.grpc.pb.h"
#include "duban/submission/v1/progress_service.grpc.pb.h"
#include "duban/submission/v1/report_service.grpc.pb.h"
#include "services/review/review.h"
#include "services/review/session_rules.h"
#include "services/review/session_store.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using testing::IsOk;
using Articles = submission::v1::ArticleService::Stub;
using Obligations = submission::v1::ObligationService::Stub;
using Plans = indicator::v1::PlanService::Stub;
using Progress = submission::v1::ProgressService::Stub;
using Reports = submission::v1::ReportService::Stub;

// indicator, unit, unit of measure, and what is reported at the end of January, February, March;
// `-` is not reported.
constexpr const char* kLines[] = {"new-scaled-industry gaoxin-zone 家 1 2 3",
                                  "new-scaled-industry sci-industry 家 0 1 1",
                                  "new-scaled-industry agriculture 家 1 1 2",
                                  "new-scaled-industry float-center 家 2 3 5",
                                  "new-scaled-industry bamboo-center 家 0 1 2",
                                  "new-hightech-enterprises gaoxin-zone 家 2 3 4",
                                  "new-hightech-enterprises agriculture 家 - - -",
                                  "tech-smes gaoxin-zone 家 11 22 35",
                                  "tech-smes agriculture 家 25 50 60",
                                  "contract-turnover gaoxin-zone 亿元 0.9 1.8 2.9",
                                  "contract-turnover agriculture 亿元 0.8 1.5 2.2",
                                  "contract-turnover market-regulation 亿元 0.1 0.35 0.62",
                                  "contract-turnover housing 亿元 1.3 2.5 3.9",
                                  "contract-turnover water 亿元 0.5 0.8 1.2",
                                  "contract-count gaoxin-zone 项 5 9 14",
                                  "contract-count agriculture 项 20 44 70",
                                  "contract-count market-regulation 项 12 25 40",
                                  "contract-count housing 项 2 4 6",
                                  "contract-count water 项 2 4 5",
                                  "ip-pledge-financing market-regulation 万元 200 500 800",
                                  "patent-enterprises market-regulation 家 3 7 11",
                                  "achievement-registrations sci-industry 项 0 2 3"};

// The review service that prints by a stand-in.
struct PrintingReview {
  static PrintingReview& Get() {
    static const std::unique_ptr<PrintingReview> owned(new PrintingReview());
    return *owned;
  }
  ~PrintingReview() {
    harness.reset();
    std::filesystem::remove_all(folder);
  }

  std::string folder;
  std::unique_ptr<testing::ServiceHarness> harness;

 private:
  PrintingReview() {
    char pattern[] = "/tmp/duban-chromium-XXXXXX";
    folder = mkdtemp(pattern);
    const std::string script = absl::StrCat(folder, "/chromium");
    std::ofstream(script) << "#!/bin/sh\ncase \"$(cat " << folder
                          << "/mode)\" in\n  die) kill -9 $$ ;;\n  hang) exec sleep 600 ;;\n"
                             "  *) exec /usr/bin/chromium \"$@\" ;;\nesac\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    Services& services = Services::Get();
    Settings settings;
    settings.indicator_target = services.indicator->target();
    settings.submission_target = services.submission->target();
    settings.scheduler_interval = absl::InfiniteDuration();
    settings.printer.chromium = script;
    settings.printer.timeout = absl::Seconds(50);
    harness = std::make_unique<testing::ServiceHarness>(Definition(settings), &services.clock);
  }
};

absl::TimeZone Zone() { return absl::FixedTimeZone(8 * 3600); }

absl::Time At(absl::CivilDay day, int hour, int minute) {
  return absl::FromCivil(absl::CivilMinute(day.year(), day.month(), day.day(), hour, minute),
                         Zone());
}

}  // namespace

BulletinTest::BulletinTest(const std::string& prefix)
    : stub_(v1::BulletinService::NewStub(PrintingReview::Get().harness->channel())) {
  static std::atomic<int> count = 0;
  SetChromium("chromium");
  // The plan is in force before its first month ends.
  Services::Get().clock.Set(At(absl::CivilDay(2024, 1, 2), 9, 0));
  const int number = ++count;
  const std::string id = absl::StrCat("bulletin-plan-", number);
  const auto plans = indicator::v1::PlanService::NewStub(Services::Get().indicator->channel());
  indicator::v1::ImportPlanRequest import;
  *import.mutable_document() = LinxiangDocument(id);
  import.mutable_document()->mutable_plan()->mutable_document_style()->set_number_prefix(
      prefix.empty() ? absl::StrCat("测办发", number) : prefix);
  EXPECT_THAT(Call(kOffice, *plans, &Plans::ImportPlan, import), IsOk());
  plan_ = absl::StrCat("plans/", id);
  indicator::v1::PublishPlanRequest publish;
  publish.set_name(plan_);
  EXPECT_THAT(Call(kOffice, *plans, &Plans::PublishPlan, publish), IsOk());
  Services::Get().clock.Set(Services::Begin());
}

void BulletinTest::SetChromium(const std::string& mode) {
  std::ofstream(absl::StrCat(PrintingReview::Get().folder, "/mode")) << mode;
}

void BulletinTest::ReportMonth(int month) const {
  const std::string period = absl::StrFormat("2024-%02d", month);
  const absl::CivilDay last = Period::Parse(period)->last_day();
  Services::Get().clock.Set(At(last, 9, 0));
  OpenObligations(absl::StrCat("dispatch-", period, "-d3"), absl::StrCat(period, "-D3"), last);
  OpenObligations(absl::StrCat("bulletin-", period), period, last);
  Services::Get().clock.Set(At(last + 1, 10, 0));
  for (const char* line : kLines) {
    if (absl::StrContains(line, " housing ")) Services::Get().clock.Set(At(last + 3, 18, 0));
    ReportLine(line, month);
    Services::Get().clock.Set(At(last + 1, 10, 0));
  }
  for (const char* unit : {"gaoxin-zone", "market-regulation", "housing", "finance"}) {
    WriteNews(unit, month);
  }
  Services::Get().clock.Set(At(last + 11, 9, 0));
  CloseSession(CadenceRule::BULLETIN, period, FormatDate(last));
}

void BulletinTest::OpenObligations(const std::string& session, const std::string& period,
                                   absl::CivilDay last_day) const {
  const auto stub =
      submission::v1::ObligationService::NewStub(Services::Get().submission->channel());
  submission::v1::OpenObligationsRequest request;
  request.set_parent(plan_);
  request.set_session(Session(session));
  request.set_period(period);
  *request.mutable_open_time() = ToTimestamp(At(last_day, 0, 0));
  *request.mutable_due_time() = ToTimestamp(At(last_day + 3, 17, 30));
  *request.mutable_grace_end_time() = ToTimestamp(At(last_day + 5, 17, 30));
  *request.mutable_lock_time() = ToTimestamp(At(last_day + 10, 17, 30));
  request.set_calendar_version("cn-2024.1");
  EXPECT_THAT(Call(kService, *stub, &Obligations::OpenObligations, request), IsOk());
}

void BulletinTest::ReportLine(const std::string& line, int month) const {
  const std::vector<std::string> parts = absl::StrSplit(line, ' ');
  const std::string& value = parts[2 + static_cast<size_t>(month)];
  if (value == "-") return;
  const auto stub = submission::v1::ReportService::NewStub(Services::Get().submission->channel());
  const Who unit = {common::v1::REPORTER, absl::StrCat("units/", parts[1])};
  submission::v1::CreateReportRequest create;
  create.set_parent(plan_);
  submission::v1::Report* report = create.mutable_report();
  report->set_indicator(absl::StrCat(plan_, "/indicators/", parts[0]));
  report->set_unit(unit.unit);
  report->set_period(absl::StrFormat("2024-%02d-D3", month));
  report->mutable_measurement()->set_value(value);
  report->mutable_measurement()->set_unit_of_measure(parts[2]);
  report->set_comment("据实填报");
  const auto created = Call(unit, *stub, &Reports::CreateReport, create);
  ASSERT_THAT(created, IsOk()) << line;
  submission::v1::SubmitReportRequest submit;
  submit.set_name(created->name());
  ASSERT_THAT(Call(unit, *stub, &Reports::SubmitReport, submit), IsOk()) << line;
  submission::v1::AcceptReportRequest accept;
  accept.set_name(created->name());
  const Who& judge = parts[1] == "sci-industry" ? kReviewer : kOffice;
  ASSERT_THAT(Call(judge, *stub, &Reports::AcceptReport, accept), IsOk()) << line;
}

void BulletinTest::WriteNews(const std::string& unit, int month) const {
  const auto stub = submission::v1::ArticleService::NewStub(Services::Get().submission->channel());
  const Who writer = {common::v1::REPORTER, absl::StrCat("units/", unit)};
  submission::v1::CreateArticleRequest create;
  create.set_parent(plan_);
  submission::v1::Article* article = create.mutable_article();
  article->set_type(indicator::v1::ArticleQuota::NEWS);
  article->set_unit(writer.unit);
  article->set_title(absl::StrCat(unit, " 创新提升行动见闻之", month));
  article->set_medium("岳阳日报");
  article->set_published_date(absl::StrFormat("2024-%02d-20", month));
  const auto created = Call(writer, *stub, &Articles::CreateArticle, create);
  ASSERT_THAT(created, IsOk());
  submission::v1::AcceptArticleRequest accept;
  accept.set_name(created->name());
  ASSERT_THAT(Call(kOffice, *stub, &Articles::AcceptArticle, accept), IsOk());
}

void BulletinTest::CloseSession(CadenceRule::Kind kind, const std::string& period,
                                const std::string& as_of_date) const {
  const absl::Time now = Services::Get().clock.Now();
  const std::string id = SessionId(kind, period);
  const auto stub = submission::v1::ProgressService::NewStub(Services::Get().submission->channel());
  submission::v1::FreezeProgressRequest freeze;
  freeze.set_parent(plan_);
  freeze.set_session(Session(id));
  freeze.set_as_of_date(as_of_date);
  const auto snapshot = Call(kService, *stub, &Progress::FreezeProgress, freeze);
  ASSERT_THAT(snapshot, IsOk());
  v1::Session planned;
  planned.set_name(Session(id));
  planned.set_kind(kind);
  planned.set_period(period);
  planned.set_state(v1::Session::SCHEDULED);
  planned.set_revision(1);
  *planned.mutable_create_time() = ToTimestamp(now);
  *planned.mutable_update_time() = ToTimestamp(now);
  const SessionStore store;
  ASSERT_THAT(own_database().RunInTransaction(MachineNow() + absl::Seconds(10),
                                              [&](db::Transaction& tx) -> absl::Status {
                                                DUBAN_RETURN_IF_ERROR(store.Insert(tx, {planned}));
                                                const v1::Session opened = Opened(planned, 0, now);
                                                DUBAN_RETURN_IF_ERROR(store.Write(tx, opened));
                                                return store.Write(
                                                    tx, Closed(opened, snapshot->name(), now));
                                              }),
              IsOk());
}

absl::StatusOr<v1::Bulletin> BulletinTest::Draft(const Who& who, const std::string& session,
                                                 const std::string& request_id) const {
  v1::DraftBulletinRequest request;
  request.set_session(session);
  request.set_request_id(request_id);
  return Call(who, *stub_, &Stub::DraftBulletin, request);
}

absl::StatusOr<v1::Bulletin> BulletinTest::Get(const Who& who, const std::string& name) const {
  v1::GetBulletinRequest request;
  request.set_name(name);
  return Call(who, *stub_, &Stub::GetBulletin, request);
}

absl::StatusOr<v1::Bulletin> BulletinTest::Retitle(const Who& who, const v1::Bulletin& bulletin,
                                                   const std::string& title) const {
  v1::UpdateBulletinRequest request;
  request.mutable_bulletin()->set_name(bulletin.name());
  request.mutable_bulletin()->set_etag(bulletin.etag());
  request.mutable_bulletin()->set_title(title);
  request.mutable_update_mask()->add_paths("title");
  return Call(who, *stub_, &Stub::UpdateBulletin, request);
}

absl::StatusOr<v1::Bulletin> BulletinTest::Sign(const Who& who,
                                                const v1::Bulletin& bulletin) const {
  v1::SignBulletinRequest request;
  request.set_name(bulletin.name());
  request.set_etag(bulletin.etag());
  request.set_display_name("李明");
  return Call(who, *stub_, &Stub::SignBulletin, request);
}

absl::StatusOr<v1::Bulletin> BulletinTest::Publish(const Who& who,
                                                   const v1::Bulletin& bulletin) const {
  v1::PublishBulletinRequest request;
  request.set_name(bulletin.name());
  request.set_etag(bulletin.etag());
  return Call(who, *stub_, &Stub::PublishBulletin, request);
}

absl::StatusOr<v1::Bulletin> BulletinTest::Correct(const Who& who, const v1::Bulletin& bulletin,
                                                   const std::string& wrong,
                                                   const std::string& right) const {
  v1::RecordErratumRequest request;
  request.set_name(bulletin.name());
  request.set_wrong(wrong);
  request.set_right(right);
  return Call(who, *stub_, &Stub::RecordErratum, request);
}

v1::Bulletin BulletinTest::Published(const std::string& session) const {
  const auto drafted = Draft(kOffice, session);
  EXPECT_THAT(drafted, IsOk());
  if (!drafted.ok()) return {};
  const auto signed_one = Sign(kLeader, *drafted);
  EXPECT_THAT(signed_one, IsOk());
  const auto published = Publish(kOffice, signed_one.value_or(*drafted));
  EXPECT_THAT(published, IsOk());
  return published.value_or(*drafted);
}

absl::StatusOr<BulletinTest::File> BulletinTest::Render(const Who& who,
                                                        const v1::Bulletin& bulletin,
                                                        v1::RenderFormat format) const {
  grpc::ClientContext context;
  PrintingReview::Get().harness->Authorize(&context, who.role, who.unit);
  context.set_deadline(absl::ToChronoTime(MachineNow() + absl::Seconds(55)));
  v1::RenderBulletinRequest request;
  request.set_name(bulletin.name());
  request.set_format(format);
  const auto reader = stub_->RenderBulletin(&context, request);
  File file;
  v1::RenderBulletinResponse piece;
  int64_t size = 0;
  while (reader->Read(&piece)) {
    EXPECT_LE(piece.data().size(), 65'536);
    EXPECT_EQ(piece.file_name().empty(), !file.content.empty());
    file.name += piece.file_name();
    file.media_type += piece.media_type();
    size += piece.file_size();
    file.content += piece.data();
  }
  const absl::Status status = client::FromGrpc(reader->Finish());
  if (!status.ok()) return status;
  EXPECT_EQ(size, file.content.size());
  return file;
}

db::Database& BulletinTest::own_database() const {
  return PrintingReview::Get().harness->database();
}

std::string BulletinTest::AskOwn(const std::string& sql) const {
  const auto rows = own_database().Read(MachineNow() + absl::Seconds(10),
                                        [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, IsOk());
  return rows.ok() && !rows->empty() && !rows->front().IsNull(0) ? rows->front().GetString(0) : "";
}

}  // namespace duban::review
