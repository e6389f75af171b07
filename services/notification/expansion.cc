#include "services/notification/expansion.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/notification/event_type_rules.h"
#include "services/notification/preference_rules.h"
#include "services/notification/route_rules.h"

namespace duban::notification {
namespace {

using common::v1::Event;
using v1::EventRecord;

constexpr absl::Duration kReadLimit = absl::Seconds(5);
constexpr absl::Duration kLongestPending = absl::Minutes(10);
constexpr int kMostRoutes = 1000;  // of one type

std::string BareId(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string DateOf(absl::Time time, absl::TimeZone zone) {
  return FormatDate(absl::ToCivilDay(time, zone));
}

// True if the template says something else to each member.
bool IsPersonal(const v1::Template& source) {
  for (const std::string* text : {&source.title(), &source.short_text(), &source.body(),
                                  &source.title_en(), &source.body_en()}) {
    if (text->find("member.") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Expansion::Expansion(const server::Environment& environment, Directory* directory,
                     const Customs* customs)
    : database_(environment.database),
      clock_(environment.clock),
      directory_(directory),
      customs_(customs) {}

void Expansion::BeginBatch() {
  routes_by_type_.clear();
  templates_by_name_.clear();
  preferences_by_member_.clear();
}

absl::StatusOr<Expanded> Expansion::Expand(const EventRecord& record) {
  const Event& event = record.event();
  Expanded expanded;
  if (DataOfType(event.type()) == nullptr) return expanded;
  DUBAN_ASSIGN_OR_RETURN(const auto data, ReadEventData(event));
  // One that is dispatched anew said it already, and others may have spoken since.
  if (!record.has_dispatch_time()) expanded.change = ChangeOf(event, *data);
  DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Route>* all, RoutesOf(event.type()));
  const std::vector<v1::Route> routes = Governing(*all, event.plan());
  if (routes.empty()) return expanded;
  DUBAN_ASSIGN_OR_RETURN(Setting setting, SettingOf(event));
  DUBAN_RETURN_IF_ERROR(ReadOwing(record, &setting));
  for (const v1::Route& route : routes) {
    DUBAN_RETURN_IF_ERROR(AddNotices(record, route, &setting, &expanded.notices));
  }
  return expanded;
}

absl::StatusOr<Texts> Expansion::Preview(const v1::Template& source, const Event& event) const {
  DUBAN_ASSIGN_OR_RETURN(Setting setting, SettingOf(event));
  setting.surroundings.member = "张三";
  return Render(source, event, *setting.data, setting.surroundings);
}

absl::StatusOr<Expansion::Setting> Expansion::SettingOf(const Event& event) const {
  Setting setting;
  DUBAN_ASSIGN_OR_RETURN(setting.data, ReadEventData(event));
  DUBAN_ASSIGN_OR_RETURN(setting.people, directory_->GetPeople());
  if (!event.plan().empty()) {
    DUBAN_ASSIGN_OR_RETURN(setting.plan, directory_->GetPlan(event.plan()));
  }
  setting.surroundings.zone = ZoneOf(setting.plan.get());
  setting.surroundings.display_names = Directory::DisplayNames(NamedResources(event, *setting.data),
                                                               *setting.people, setting.plan.get());
  return setting;
}

absl::Status Expansion::ReadOwing(const EventRecord& record, Setting* setting) const {
  const std::optional<int> expected = OpenedWith(*setting->data);
  if (!expected) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const ObligationStore::Owed owed,
                         database_->Read(MachineNow() + kReadLimit, [&](db::Session& session) {
                           return obligations_.OwedIn(session, record.event().subject());
                         }));
  const bool waits = clock_->Now() - FromTimestamp(record.receive_time()) < kLongestPending;
  if (owed.obligations < *expected && waits) {
    return Error(kObligationsPending)
        .With("known", absl::StrCat(owed.obligations))
        .With("expected", absl::StrCat(*expected))
        .Build();
  }
  for (const std::string& unit : owed.units) setting->owing.push_back("units/" + unit);
  return absl::OkStatus();
}

absl::StatusOr<const std::vector<v1::Route>*> Expansion::RoutesOf(const std::string& type) {
  auto found = routes_by_type_.find(type);
  if (found == routes_by_type_.end()) {
    DUBAN_ASSIGN_OR_RETURN(std::vector<v1::Route> routes,
                           database_->Read(MachineNow() + kReadLimit, [&](db::Session& session) {
                             return routes_.List(
                                 session, {.plan = "", .event_type = type, .template_name = ""}, "",
                                 kMostRoutes);
                           }));
    found = routes_by_type_.emplace(type, std::move(routes)).first;
  }
  return &found->second;
}

absl::StatusOr<const v1::Template*> Expansion::TemplateOf(const v1::Route& route) {
  const std::string& name = route.template_();
  auto found = templates_by_name_.find(name);
  if (found == templates_by_name_.end()) {
    DUBAN_ASSIGN_OR_RETURN(std::optional<v1::Template> read,
                           database_->Read(MachineNow() + kReadLimit, [&](db::Session& session) {
                             return templates_.Get(session, BareId(name));
                           }));
    if (!read) return absl::InternalError("a route names a template that is not there");
    found = templates_by_name_.emplace(name, *std::move(read)).first;
  }
  return &found->second;
}

absl::Status Expansion::AddNotices(const EventRecord& record, const v1::Route& route,
                                   Setting* setting, std::vector<NoticeRecord>* notices) {
  const Event& event = record.event();
  const std::string today = DateOf(clock_->Now(), ZoneOf(nullptr));
  const std::vector<Recipient> recipients =
      RecipientsOf(route, {&event, setting->data.get(), setting->plan.get(),
                           &setting->people->members, setting->owing, today});
  if (recipients.empty()) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(ReadPreferences(recipients));
  DUBAN_ASSIGN_OR_RETURN(const v1::Template* source, TemplateOf(route));
  const bool personal = IsPersonal(*source);
  Texts texts;
  for (const Recipient& recipient : recipients) {
    NoticeRecord added;
    added.notice.set_event(record.name());
    added.notice.set_event_type(event.type());
    added.notice.set_member(recipient.member);
    added.notice.set_audience(recipient.audience);
    added.notice.set_route(route.name());
    added.notice.set_urgency(route.urgency());
    if (personal || texts.title().empty()) {
      setting->surroundings.member = recipient.display_name;
      DUBAN_ASSIGN_OR_RETURN(texts, Render(*source, event, *setting->data, setting->surroundings));
    }
    added.texts = texts;
    const v1::Preferences& wishes = preferences_by_member_[BareId(recipient.member)];
    for (const int number : route.channels()) {
      const auto channel = static_cast<v1::Channel>(number);
      if (route.may_mute() && IsMuted(wishes, event.type(), channel)) continue;
      added.channels.push_back(channel);
    }
    added.plan = BareId(event.plan());
    added.unit = BareId(event.unit());
    added.subject = event.subject();
    added.obligations = RemindedObligations(event, *setting->data);
    added.template_id = BareId(source->name());
    added.template_revision = source->revision();
    added.acknowledgement_required = route.acknowledgement_required();
    added.step_up_after = absl::Seconds(route.step_up_after().seconds());
    added.expire_time = PointlessFrom(*setting->data);
    DUBAN_RETURN_IF_ERROR(SetTime(wishes, *setting, &added));
    notices->push_back(std::move(added));
  }
  return absl::OkStatus();
}

absl::Status Expansion::ReadPreferences(const std::vector<Recipient>& recipients) {
  std::vector<std::string> unknown;
  for (const Recipient& one : recipients) {
    if (!preferences_by_member_.contains(BareId(one.member))) unknown.push_back(BareId(one.member));
  }
  if (unknown.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(PreferencesByMember read,
                         database_->Read(MachineNow() + kReadLimit, [&](db::Session& session) {
                           return preferences_.Get(session, unknown);
                         }));
  for (const std::string& member : unknown) {
    preferences_by_member_[member] = std::move(read[member]);
  }
  return absl::OkStatus();
}

absl::Status Expansion::SetTime(const v1::Preferences& preferences, const Setting& setting,
                                NoticeRecord* notice) const {
  const absl::Time now = clock_->Now();
  absl::Time due = now;
  const v1::Urgency urgency = notice->notice.urgency();
  const absl::TimeZone zone = setting.surroundings.zone;
  if (urgency == v1::DIGEST || (urgency == v1::NORMAL && preferences.digest())) {
    DUBAN_ASSIGN_OR_RETURN(due, DigestTime(now, customs_->hours, DaysOf(setting.plan.get()), zone));
    notice->digest_date = DateOf(due, zone);
  } else if (urgency == v1::NORMAL) {
    DUBAN_ASSIGN_OR_RETURN(due,
                           TellingTime(now, customs_->hours, DaysOf(setting.plan.get()), zone));
  }
  *notice->notice.mutable_due_time() = ToTimestamp(due);
  return absl::OkStatus();
}

const WorkingDays& Expansion::DaysOf(const indicator::v1::PlanHistory* plan) const {
  const std::string named = plan == nullptr ? "" : plan->plan().calendar_region();
  const auto found = customs_->regions.find(named.empty() ? kUsualRegion : named);
  return found == customs_->regions.end() ? no_days_ : found->second;
}

absl::StatusOr<Expansion::NextDigest> Expansion::DigestAfter(const std::string& plan,
                                                             absl::Time now) const {
  PlanPointer definition;
  if (!plan.empty()) {
    DUBAN_ASSIGN_OR_RETURN(definition, directory_->GetPlan(plan));
  }
  const absl::TimeZone zone = ZoneOf(definition.get());
  DUBAN_ASSIGN_OR_RETURN(const absl::Time time,
                         DigestTime(now, customs_->hours, DaysOf(definition.get()), zone));
  return NextDigest{DateOf(time, zone), time};
}

}  // namespace duban::notification
