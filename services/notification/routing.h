#ifndef DUBAN_SERVICES_NOTIFICATION_ROUTING_H_
#define DUBAN_SERVICES_NOTIFICATION_ROUTING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "common/base/sealing_key.h"
#include "common/client/caller.h"
#include "common/server/process.h"
#include "common/server/recurrence.h"
#include "services/notification/directory.h"
#include "services/notification/dispatch_backlog.h"
#include "services/notification/dispatcher.h"
#include "services/notification/expansion.h"
#include "services/notification/notice_service.h"
#include "services/notification/preference_service.h"
#include "services/notification/route_service.h"
#include "services/notification/teller.h"
#include "services/notification/template_service.h"

namespace duban::notification {

inline constexpr Reason kCalendarFileInvalid{
    "CALENDAR_FILE_INVALID", absl::StatusCode::kFailedPrecondition,
    "工作日历文件 {file} 无效：{why}", "The file of working days {file} is invalid: {why}"};

struct RoutingSettings {
  std::string calendar_file;  // yearly notices as JSON; empty: none, so only what is urgent is told
  WorkingHours hours;
  absl::Duration interval;  // how often is looked for what is due; zero: never
  absl::Duration directory_kept = absl::Seconds(5);
};

// The regions of the yearly notices in a file, as `dubanctl calendar import` takes it; none for an
// empty name. FAILED_PRECONDITION CALENDAR_FILE_INVALID naming the file.
absl::StatusOr<Regions> LoadRegions(const std::string& file);

// Who is told of what, and when: the RPCs of routes, templates, preferences and notices, and the
// threads that dispatch events and tell people.
class Routing {
 public:
  Routing(const server::Environment& environment, const RoutingSettings& settings, Regions regions,
          const client::Caller* indicator, const SealingKey* secrets, Dispatcher::FanOut fan_out);

  std::vector<server::RpcService> Services();

  // Members as they are now, for whoever else asks.
  Directory* directory() { return &directory_; }
  const Customs* customs() const { return &customs_; }

 private:
  // One look at what is due, again while there is more.
  void Dispatch();
  void Tell();

  const Customs customs_;
  Directory directory_;
  Expansion expansion_;
  Dispatcher dispatcher_;
  DispatchBacklog backlog_;
  Teller teller_;
  RouteService routes_;
  TemplateService templates_;
  PreferenceService preferences_;
  NoticeService notices_;
  std::optional<server::Recurrence> dispatching_;
  std::optional<server::Recurrence> telling_;
  std::optional<server::Recurrence> measuring_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ROUTING_H_
