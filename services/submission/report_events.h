#ifndef DUBAN_SERVICES_SUBMISSION_REPORT_EVENTS_H_
#define DUBAN_SERVICES_SUBMISSION_REPORT_EVENTS_H_

#include <memory>
#include <optional>
#include <string>

#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "google/protobuf/message.h"
#include "services/submission/report_move_rules.h"

namespace duban::submission {

// What the other services are told of a move.
struct ReportEvent {
  std::string type;  // such as `duban.submission.report.accepted`
  std::unique_ptr<google::protobuf::Message> data;
};

// The event of a report that stands as `after` since `move`; nothing for CREATE and UPDATE, which
// concern nobody but the unit that writes.
std::optional<ReportEvent> EventOf(const v1::Report& after, const ReportMove& move);

// What is told where the line of an accepted report stood as `before` and stands as `after`;
// nothing if it has no line of its own, or the same light.
std::optional<v1::LineLightChanged> LightChange(const v1::Report& accepted,
                                                const std::optional<v1::ScoreboardLine>& before,
                                                const std::optional<v1::ScoreboardLine>& after);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_REPORT_EVENTS_H_
