#ifndef DUBAN_SERVICES_NOTIFICATION_EXPANSION_H_
#define DUBAN_SERVICES_NOTIFICATION_EXPANSION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/server/process.h"
#include "duban/notification/v1/event.pb.h"
#include "google/protobuf/message.h"
#include "services/notification/audience_rules.h"
#include "services/notification/directory.h"
#include "services/notification/notice_store.h"
#include "services/notification/obligation_store.h"
#include "services/notification/preference_store.h"
#include "services/notification/reminder_rules.h"
#include "services/notification/rendering_rules.h"
#include "services/notification/route_store.h"
#include "services/notification/template_store.h"
#include "services/notification/working_hours_rules.h"

namespace duban::notification {

inline constexpr Reason kObligationsPending{
    "OBLIGATIONS_PENDING", absl::StatusCode::kFailedPrecondition,
    "该期报送义务已知{known}项，共{expected}项",
    "Of the session's {expected} obligations {known} are known yet."};

// What an event brings about.
struct Expanded {
  std::vector<NoticeRecord> notices;
  std::optional<ObligationChange> change;
};

// The region whose working days count where a plan names none.
inline constexpr char kUsualRegion[] = "CN";

// Where and when people are told.
struct Customs {
  Regions regions;
  WorkingHours hours;
};

// Finds out what events bring about: routes, audience, texts, time. Reads, writes nothing.
// What says nothing else is not thread-safe.
class Expansion {
 public:
  Expansion(const server::Environment& environment, Directory* directory, const Customs* customs);

  // Forgets the routes, templates and preferences of the batch before.
  void BeginBatch();

  // UNAVAILABLE if something does not answer; any other failure is about this event:
  // VARIABLE_MISSING, TEXT_TOO_LONG, EVENT_DATA_INVALID, CALENDAR_YEAR_MISSING, and for ten
  // minutes OBLIGATIONS_PENDING, when a session opens. An event of a type that nobody declares
  // brings about nothing.
  absl::StatusOr<Expanded> Expand(const v1::EventRecord& record);

  // What a template makes of an event now, told to nobody in particular. Thread-safe.
  absl::StatusOr<Texts> Preview(const v1::Template& source, const common::v1::Event& event) const;

  // The next digest of a plan (`plans/{plan}` or empty). Thread-safe.
  struct NextDigest {
    std::string date;
    absl::Time time;
  };
  absl::StatusOr<NextDigest> DigestAfter(const std::string& plan, absl::Time now) const;

 private:
  // What is the same for all notices of an event.
  struct Setting {
    std::unique_ptr<google::protobuf::Message> data;
    PeoplePointer people;
    PlanPointer plan;
    Surroundings surroundings;
    std::vector<std::string> owing;  // `units/{unit}`
  };

  absl::StatusOr<Setting> SettingOf(const common::v1::Event& event) const;
  // Who owes in the session that the event opens.
  absl::Status ReadOwing(const v1::EventRecord& record, Setting* setting) const;
  absl::StatusOr<const std::vector<v1::Route>*> RoutesOf(const std::string& type);
  absl::StatusOr<const v1::Template*> TemplateOf(const v1::Route& route);
  absl::Status AddNotices(const v1::EventRecord& record, const v1::Route& route, Setting* setting,
                          std::vector<NoticeRecord>* notices);
  absl::Status ReadPreferences(const std::vector<Recipient>& recipients);
  // Sets due_time and digest_date.
  absl::Status SetTime(const v1::Preferences& preferences, const Setting& setting,
                       NoticeRecord* notice) const;
  const WorkingDays& DaysOf(const indicator::v1::PlanHistory* plan) const;

  db::Database* const database_;
  const Clock* const clock_;
  Directory* const directory_;
  const Customs* const customs_;
  const WorkingDays no_days_;
  RouteStore routes_;
  TemplateStore templates_;
  PreferenceStore preferences_;
  ObligationStore obligations_;
  std::map<std::string, std::vector<v1::Route>> routes_by_type_;
  std::map<std::string, v1::Template> templates_by_name_;
  PreferencesByMember preferences_by_member_;  // of those who never set any, too
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_EXPANSION_H_
