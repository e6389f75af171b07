#include "services/submission/obligation_query.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/server/list_query.h"
#include "services/submission/list_filters.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using google::protobuf::Timestamp;
using v1::Obligation;

constexpr int kVersionCharacters = 64;
constexpr int64_t kFirstSecond = 631152000;  // 1990-01-01T00:00:00Z
constexpr int64_t kLastSecond = 4165516799;  // 2101-12-31T23:59:59Z
constexpr int32_t kNanosOfSecond = 1'000'000'000;

absl::StatusOr<std::optional<absl::Time>> FilteredInstant(const std::string& text) {
  if (text.empty()) return std::optional<absl::Time>();
  absl::Time instant;
  std::string error;
  const bool parsed = absl::ParseTime(absl::RFC3339_full, text, &instant, &error);
  if (parsed && instant >= absl::FromUnixSeconds(kFirstSecond) &&
      instant <= absl::FromUnixSeconds(kLastSecond)) {
    return std::optional<absl::Time>(instant);
  }
  return FilterError(absl::StrCat("“", text, "”不是时刻(如 2024-04-01T17:30:00+08:00)"),
                     absl::StrCat("\"", text, "\" is no instant as 2024-04-01T17:30:00+08:00"));
}

absl::StatusOr<ObligationFilter> ParseFilter(const server::CallContext& call,
                                             const std::string& plan,
                                             const server::ListQuery& list) {
  ObligationFilter filter;
  filter.plan = LastId(plan);
  filter.period = list.Filter("period");
  DUBAN_ASSIGN_OR_RETURN(filter.session,
                         FilteredId(list.Filter("session"), absl::StrCat(plan, "/sessions/*")));
  DUBAN_ASSIGN_OR_RETURN(filter.indicator,
                         FilteredId(list.Filter("indicator"), absl::StrCat(plan, "/indicators/*")));
  DUBAN_ASSIGN_OR_RETURN(
      filter.article_type,
      FilteredEnum(list.Filter("article_type"), &indicator::v1::ArticleQuota::Type_Parse,
                   indicator::v1::ArticleQuota::TYPE_UNSPECIFIED));
  DUBAN_ASSIGN_OR_RETURN(filter.due_before, FilteredInstant(list.Filter("due_before")));
  DUBAN_ASSIGN_OR_RETURN(const std::string unit, FilteredId(list.Filter("unit"), "units/*"));
  DUBAN_ASSIGN_OR_RETURN(filter.units, VisibleUnits(call, unit));
  return filter;
}

}  // namespace

bool ObligationQuery::Takes(const Fulfilment& fulfilment) const {
  return (state == Obligation::STATE_UNSPECIFIED || state == fulfilment.state) &&
         (timeliness == v1::TIMELINESS_UNSPECIFIED || timeliness == fulfilment.timeliness);
}

absl::StatusOr<ObligationQuery> ParseObligationQuery(const server::CallContext& call,
                                                     const v1::ListObligationsRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.parent(), "plans/*", "parent").status());
  DUBAN_ASSIGN_OR_RETURN(
      const server::ListQuery list,
      server::ParseListQuery(request, {"unit", "session", "indicator", "article_type", "period",
                                       "state", "timeliness", "due_before"}));
  ObligationQuery query;
  query.page_size = list.page_size;
  query.after = list.after;
  DUBAN_ASSIGN_OR_RETURN(query.filter, ParseFilter(call, request.parent(), list));
  DUBAN_ASSIGN_OR_RETURN(query.state, FilteredEnum(list.Filter("state"), &Obligation::State_Parse,
                                                   Obligation::STATE_UNSPECIFIED));
  DUBAN_ASSIGN_OR_RETURN(
      query.timeliness,
      FilteredEnum(list.Filter("timeliness"), &v1::Timeliness_Parse, v1::TIMELINESS_UNSPECIFIED));
  return query;
}

absl::StatusOr<ObligationFilter> ParseCompletenessFilter(
    const server::CallContext& call, const v1::GetCompletenessRequest& request) {
  DUBAN_RETURN_IF_ERROR(ParseResourceName(request.plan(), "plans/*", "plan").status());
  DUBAN_ASSIGN_OR_RETURN(const server::ListQuery list,
                         server::ParseListQuery(request, {"unit", "session", "indicator",
                                                          "article_type", "period", "due_before"}));
  return ParseFilter(call, request.plan(), list);
}

absl::StatusOr<Opening> ParseOpening(const v1::OpenObligationsRequest& request,
                                     const indicator::v1::Plan& plan) {
  DUBAN_RETURN_IF_ERROR(
      ParseResourceName(request.session(), absl::StrCat(plan.name(), "/sessions/*"), "session")
          .status());
  DUBAN_ASSIGN_OR_RETURN(const Period period, OwedPeriod(request.period(), plan));
  Deadline deadline;
  DUBAN_ASSIGN_OR_RETURN(deadline.open, ParseInstant(request.open_time(), "open_time"));
  DUBAN_ASSIGN_OR_RETURN(deadline.due, ParseInstant(request.due_time(), "due_time"));
  DUBAN_ASSIGN_OR_RETURN(deadline.grace_end,
                         ParseInstant(request.grace_end_time(), "grace_end_time"));
  DUBAN_ASSIGN_OR_RETURN(deadline.lock, ParseInstant(request.lock_time(), "lock_time"));
  DUBAN_RETURN_IF_ERROR(CheckDeadline(deadline));
  DUBAN_RETURN_IF_ERROR(CheckText(request.calendar_version(), "calendar_version",
                                  kVersionCharacters, /*required=*/true));
  return Opening{request.session(), period, deadline, request.calendar_version()};
}

absl::StatusOr<absl::Time> ParseInstant(const Timestamp& instant, std::string_view field) {
  if (instant.seconds() < kFirstSecond || instant.seconds() > kLastSecond || instant.nanos() < 0 ||
      instant.nanos() >= kNanosOfSecond) {
    return FieldInvalid(field, "须为1990年至2101年间的时刻",
                        "it must be an instant of the years 1990 to 2101");
  }
  return FromTimestamp(instant);
}

}  // namespace duban::submission
