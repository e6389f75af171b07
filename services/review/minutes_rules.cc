#include "services/review/minutes_rules.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/review/session_rules.h"

namespace duban::review {
namespace {

using indicator::v1::CadenceRule;
using v1::Minutes;
using v1::Resolution;
using v1::Session;
using Units = google::protobuf::RepeatedPtrField<std::string>;

constexpr int kMinutesCharacters = 20000;
constexpr int kResolutionCharacters = 1000;
constexpr int kMaxResolutions = 100;

// Each a unit, and none named before.
absl::Status CheckUnits(const Units& units, const char* field, std::set<std::string>* named) {
  for (const std::string& unit : units) {
    DUBAN_RETURN_IF_ERROR(ParseResourceName(unit, "units/*", field).status());
    if (!named->insert(unit).second) {
      return FieldInvalid(field, "每个单位只写一次", "each unit stands there once");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckResolution(const Resolution& resolution) {
  DUBAN_RETURN_IF_ERROR(
      CheckText(resolution.text(), "minutes.resolutions.text", kResolutionCharacters, true));
  if (resolution.unit().empty()) return absl::OkStatus();
  return ParseResourceName(resolution.unit(), "units/*", "minutes.resolutions.unit").status();
}

}  // namespace

absl::StatusOr<Minutes> CheckMinutes(const Minutes& given) {
  DUBAN_RETURN_IF_ERROR(ParseDate(given.held_date(), "minutes.held_date").status());
  std::set<std::string> named;
  DUBAN_RETURN_IF_ERROR(CheckUnits(given.attending(), "minutes.attending", &named));
  DUBAN_RETURN_IF_ERROR(CheckUnits(given.absent(), "minutes.absent", &named));
  DUBAN_RETURN_IF_ERROR(CheckText(given.text(), "minutes.text", kMinutesCharacters, false));
  if (given.resolutions_size() > kMaxResolutions) {
    return FieldInvalid("minutes.resolutions", "至多 100 条", "there are at most 100");
  }
  Minutes minutes = given;
  int number = 0;
  for (Resolution& resolution : *minutes.mutable_resolutions()) {
    DUBAN_RETURN_IF_ERROR(CheckResolution(resolution));
    resolution.set_number(++number);
    resolution.clear_action_item();
  }
  return minutes;
}

absl::Status CheckOrders(const v1::RecordMinutesRequest& request, const Minutes& minutes) {
  std::set<int> ordered;
  for (const auto& order : request.action_items()) {
    const int number = order.resolution();
    const bool known = number >= 1 && number <= minutes.resolutions_size();
    if (!known || !ordered.insert(number).second) {
      return FieldInvalid("action_items", "每条议定事项至多交办一次",
                          "each names one of the resolutions, once");
    }
    if (minutes.resolutions(number - 1).unit().empty()) {
      return FieldInvalid("action_items", "交办的议定事项须写明责任单位",
                          "a resolution that becomes an action item says which unit is to do it");
    }
  }
  return absl::OkStatus();
}

v1::ActionItem OrderOf(const std::string& session, const Resolution& resolution,
                       const v1::RecordMinutesRequest::ItemOrder& order) {
  v1::ActionItem item;
  item.set_title(PrintableExcerpt(resolution.text(), kTitleCharacters));
  if (item.title() != resolution.text()) item.set_description(resolution.text());
  item.set_unit(resolution.unit());
  *item.mutable_co_handlers() = order.co_handlers();
  item.set_session(session);
  item.set_resolution(resolution.number());
  item.set_due_workdays(order.due_workdays());
  item.set_short_notice_reason(order.short_notice_reason());
  return item;
}

absl::StatusOr<Minutes> KeepItems(const Minutes& before, Minutes minutes) {
  for (const Resolution& old : before.resolutions()) {
    if (old.action_item().empty()) continue;
    const int place = old.number() - 1;
    const bool same = place < minutes.resolutions_size() &&
                      minutes.resolutions(place).text() == old.text() &&
                      minutes.resolutions(place).unit() == old.unit();
    if (!same) {
      return Error(kResolutionInWork)
          .With("number", absl::StrCat(old.number()))
          .With("item", old.action_item())
          .Build();
    }
    minutes.mutable_resolutions(place)->set_action_item(old.action_item());
  }
  return minutes;
}

Session Minuted(const Session& session, const Minutes& minutes, absl::Time now) {
  Session next = NextRevision(session, now);
  *next.mutable_minutes() = minutes;
  if (session.kind() == CadenceRule::DISPATCH && session.state() == Session::CLOSED) {
    next.set_state(Session::PUBLISHED);
    *next.mutable_publish_time() = ToTimestamp(now);
  }
  return next;
}

}  // namespace duban::review
