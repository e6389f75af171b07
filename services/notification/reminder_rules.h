#ifndef DUBAN_SERVICES_NOTIFICATION_REMINDER_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_REMINDER_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "duban/common/v1/event.pb.h"
#include "duban/indicator/v1/plan.pb.h"
#include "google/protobuf/message.h"

// What makes a reminder pointless: its obligations are met, waived or closed, its order is done,
// its time is over.
namespace duban::notification {

// Why somebody is not told after all.
inline constexpr char kSettledLater[] = "事项已办结 It is settled.";
inline constexpr char kTimeOver[] = "已过时限 Its time is over.";
inline constexpr char kMetOrWaived[] = "已报送或已免报 What it reminds of is met or waived.";
inline constexpr char kDutyLost[] =
    "已离任或不再承担此职责 The member has left or has the duty no more.";
inline constexpr char kAcknowledgedMeanwhile[] = "已签收 It was acknowledged.";

// What an event says of obligations: kReopened also that one is not met any more, kSettled that it
// is. Of a report (kMet, kUnmet) the line is known, not the obligation.
struct ObligationChange {
  enum Kind { kOpened, kMoved, kReopened, kWaived, kSettled, kMet, kUnmet };
  Kind kind;
  std::string obligation;  // kOpened to kSettled
  std::string plan;        // bare id, as unit
  std::string unit;
  std::string indicator;  // bare id; empty: articles
  std::string period;
  std::string session;  // kOpened
  indicator::v1::ArticleQuota::Type article_type = indicator::v1::ArticleQuota::TYPE_UNSPECIFIED;
  std::optional<absl::Time> due_time;  // kOpened, kMoved
  bool met = false;                    // kOpened: from the beginning
  int64_t sequence = 0;
};

// Nothing for an event that changes none.
std::optional<ObligationChange> ChangeOf(const common::v1::Event& event,
                                         const google::protobuf::Message& data);

// The obligations that an event reminds of; none: it is no such reminder.
std::vector<std::string> RemindedObligations(const common::v1::Event& event,
                                             const google::protobuf::Message& data);

// How many obligations a session has that is opened by this event; nothing: it opens none. They are
// told by events of their own, which may come later.
std::optional<int> OpenedWith(const google::protobuf::Message& data);

// From when on it is pointless to tell of an event with this data; nothing: never.
std::optional<absl::Time> PointlessFrom(const google::protobuf::Message& data);

// The types of later events of the same subject that make an event of this type pointless.
std::vector<std::string> Settlers(const std::string& type);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_REMINDER_RULES_H_
