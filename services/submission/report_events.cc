#include "services/submission/report_events.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "duban/submission/v1/events.pb.h"

namespace duban::submission {
namespace {

using v1::Report;

template <typename Event>
std::unique_ptr<Event> About(const Report& report) {
  auto event = std::make_unique<Event>();
  event->set_indicator(report.indicator());
  event->set_period(report.period());
  event->set_submitter(report.submitter());
  return event;
}

template <typename Event>
std::unique_ptr<Event> About(const Report& report, const std::string& reason) {
  auto event = About<Event>(report);
  event->set_reason(reason);
  return event;
}

std::unique_ptr<google::protobuf::Message> Correction(const Report& report,
                                                      const std::string& reason) {
  auto event = std::make_unique<v1::ReportCorrected>();
  event->set_indicator(report.indicator());
  event->set_period(report.period());
  event->set_corrects(report.corrects());
  event->set_reason(reason);
  return event;
}

std::optional<ReportEvent> Named(const char* name,
                                 std::unique_ptr<google::protobuf::Message> data) {
  return ReportEvent{absl::StrCat("duban.submission.report.", name), std::move(data)};
}

}  // namespace

std::optional<ReportEvent> EventOf(const Report& after, const ReportMove& move) {
  switch (move.action) {
    case Report::SUBMIT:
      return Named("submitted", About<v1::ReportSubmitted>(after));
    case Report::ENDORSE: {
      auto event = About<v1::ReportEndorsed>(after);
      event->set_endorser(after.endorsement().actor());
      return Named("endorsed", std::move(event));
    }
    case Report::RETURN:
      return Named("returned", About<v1::ReportReturned>(after, move.reason));
    case Report::ACCEPT:
      return Named("accepted", About<v1::ReportAccepted>(after));
    case Report::WITHDRAW:
      return Named("withdrawn", About<v1::ReportWithdrawn>(after, move.reason));
    case Report::CORRECT:
      return Named("corrected", Correction(after, move.reason));
    case Report::SUPERSEDE: {
      auto event = About<v1::ReportSuperseded>(after, move.reason);
      event->set_superseded_by(after.superseded_by());
      return Named("superseded", std::move(event));
    }
    default:
      return std::nullopt;
  }
}

std::optional<v1::LineLightChanged> LightChange(const Report& accepted,
                                                const std::optional<v1::ScoreboardLine>& before,
                                                const std::optional<v1::ScoreboardLine>& after) {
  if (!before || !after || before->light() == after->light()) return std::nullopt;
  v1::LineLightChanged event;
  event.set_indicator(accepted.indicator());
  event.set_period(accepted.period());
  event.set_before(static_cast<indicator::v1::Light>(before->light()));
  event.set_after(static_cast<indicator::v1::Light>(after->light()));
  event.set_completion_percent(after->completion_percent());
  return event;
}

}  // namespace duban::submission
