#include "services/indicator/service_fixture.h"

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/testing/test_database.h"
#include "services/indicator/indicator.h"

namespace duban::indicator {
namespace {

absl::Time Morning() {
  return absl::FromCivil(absl::CivilHour(2024, 3, 29, 1), absl::UTCTimeZone());
}

}  // namespace

ServiceFixture::ServiceFixture()
    : clock_(Morning()),
      database_(testing::NewDatabase(IndicatorDefinition().migrations)),
      mutations_(database_.get(), "indicator"),
      environment_{database_.get(), &clock_, &mutations_, nullptr, nullptr},
      plans_(environment_),
      documents_(environment_),
      indicators_(environment_),
      amendments_(environment_),
      units_(environment_),
      members_(environment_) {}

server::CallContext ServiceFixture::Call() const {
  server::CallContext call;
  call.identity.issuer = "duban-test";
  call.identity.subject = "members/chen-jing";
  call.identity.unit = "units/science";
  call.identity.roles = {common::v1::OFFICE};
  call.method = "/duban.indicator.v1.Test/Call";
  call.info.deadline = MachineNow() + absl::Seconds(20);
  call.info.request_id = "00000000-0000-7000-8000-000000000000";
  call.clock = &clock_;
  return call;
}

v1::Plan ServiceFixture::Import(const v1::PlanDocument& document) {
  v1::ImportPlanRequest request;
  *request.mutable_document() = document;
  server::CallContext call = Call();
  const auto imported = documents_.ImportPlan(call, request);
  EXPECT_THAT(imported, testing::IsOk());
  return imported.ok() ? imported->plan() : v1::Plan();
}

v1::Plan ServiceFixture::Publish(const v1::PlanDocument& document) {
  Import(document);
  v1::PublishPlanRequest request;
  request.set_name(document.plan().name());
  server::CallContext call = Call();
  const absl::StatusOr<v1::Plan> plan = plans_.PublishPlan(call, request);
  EXPECT_THAT(plan, testing::IsOk());
  return plan.value_or(v1::Plan());
}

v1::PlanDocument ServiceFixture::Export(const std::string& plan) {
  v1::ExportPlanRequest request;
  request.set_name(plan);
  server::CallContext call = Call();
  const absl::StatusOr<v1::PlanDocument> document = documents_.ExportPlan(call, request);
  EXPECT_THAT(document, testing::IsOk());
  return document.value_or(v1::PlanDocument());
}

v1::Indicator ServiceFixture::Get(const std::string& indicator) {
  v1::GetIndicatorRequest request;
  request.set_name(indicator);
  server::CallContext call = Call();
  const absl::StatusOr<v1::Indicator> found = indicators_.GetIndicator(call, request);
  EXPECT_THAT(found, testing::IsOk());
  return found.value_or(v1::Indicator());
}

std::vector<std::string> ServiceFixture::Column(const std::string& sql) {
  const auto rows = database_->Read(MachineNow() + absl::Seconds(20),
                                    [&](db::Session& session) { return session.Query(sql); });
  EXPECT_THAT(rows, testing::IsOk());
  std::vector<std::string> column;
  if (!rows.ok()) return column;
  for (const db::Row& row : *rows) column.push_back(row.GetString(0));
  return column;
}

std::string ServiceFixture::Contents() {
  std::string contents;
  const std::string tables =
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
      " ORDER BY table_name";
  for (const std::string& table : Column(tables)) {
    std::string columns;
    for (const std::string& column :
         Column(absl::StrCat("SELECT column_name FROM information_schema.columns WHERE table_schema"
                             " = DATABASE() AND table_name = '",
                             table, "' ORDER BY ordinal_position"))) {
      absl::StrAppend(&columns, columns.empty() ? "" : ", ", "COALESCE(`", column, "`, '-')");
    }
    absl::StrAppend(&contents, table, " ",
                    Column(absl::StrCat("SELECT CONCAT(COUNT(*), ' ', COALESCE(SUM(CRC32(CONCAT_WS("
                                        "'|', ",
                                        columns, "))), 0)) FROM `", table, "`"))
                        .front(),
                    "\n");
  }
  return contents;
}

}  // namespace duban::indicator
