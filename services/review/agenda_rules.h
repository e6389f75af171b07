#ifndef DUBAN_SERVICES_REVIEW_AGENDA_RULES_H_
#define DUBAN_SERVICES_REVIEW_AGENDA_RULES_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "duban/indicator/v1/indicator.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "duban/review/v1/action_item.pb.h"
#include "duban/review/v1/session.pb.h"
#include "duban/submission/v1/article.pb.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/progress.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/review/session_plan_rules.h"

// What stands in an agenda, and in what order.
namespace duban::review {

// Lines behind their pacing, the worst first; `before` is the scoreboard of the session before, or
// a default instance.
void AddLagging(const submission::v1::Scoreboard& board, const submission::v1::Scoreboard& before,
                v1::Agenda* agenda);

// What is overdue at `now` and did not come, the oldest first: all that belongs to this session's
// `owners`, of others what may still come.
void AddOverdue(const std::vector<submission::v1::Obligation>& obligations,
                const std::vector<Owner>& owners, absl::Time now, v1::Agenda* agenda);

// Returned reports, the oldest first.
void AddReturned(const std::vector<submission::v1::Report>& reports, v1::Agenda* agenda);

// Units that owe more news, the most first.
void AddMissingNews(const submission::v1::ArticleTally& tally, v1::Agenda* agenda);

// Orders that are not closed, overdue ones first, then by due time.
void AddOpenItems(const std::vector<v1::ActionItem>& items, absl::Time now, v1::Agenda* agenda);

// The state of an action item as officials say it, such as 已销号.
std::string StateText(const v1::ActionItem& item);

// Members of the work group and units on indicators' lines, each once, in order of name.
// The revisions of each indicator stand in order; the last one in force on the `day` counts.
std::vector<std::string> AttendanceOf(
    const indicator::v1::Plan& plan,
    const google::protobuf::RepeatedPtrField<indicator::v1::Indicator>& indicators,
    absl::CivilDay day);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_AGENDA_RULES_H_
