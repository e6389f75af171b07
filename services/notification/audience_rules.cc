#include "services/notification/audience_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "duban/submission/v1/events.pb.h"

namespace duban::notification {
namespace {

using common::v1::Role;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using indicator::v1::Member;
using v1::Route;

// What the audience's members are in their unit; ROLE_UNSPECIFIED: whatever they are.
Role RoleOf(Route::Audience audience) {
  switch (audience) {
    case Route::UNIT_HEADS:
      return common::v1::UNIT_HEAD;
    case Route::PLAN_OFFICE:
      return common::v1::OFFICE;
    case Route::LEADERS:
      return common::v1::LEADER;
    case Route::SUBMITTER:
      return common::v1::ROLE_UNSPECIFIED;
    default:
      return common::v1::REPORTER;
  }
}

// The post of today in which the member has the role in the unit; null if there is none. An empty
// unit is any, ROLE_UNSPECIFIED any role.
const Member::Post* PostOf(const Member& member, Role role, const std::string& unit,
                           const std::string& today) {
  if (member.deactivated()) return nullptr;
  for (const Member::Post& post : member.posts()) {
    if (post.start_date() > today || (!post.end_date().empty() && post.end_date() < today))
      continue;
    if (!unit.empty() && post.unit() != unit) continue;
    const auto& roles = post.roles();
    if (role == common::v1::ROLE_UNSPECIFIED ||
        std::find(roles.begin(), roles.end(), role) != roles.end()) {
      return &post;
    }
  }
  return nullptr;
}

// The strings of one of the data's fields; none if it has no such field.
std::vector<std::string> StringsOf(const Message& data, const std::string& name) {
  const FieldDescriptor* field = data.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return {};
  const google::protobuf::Reflection& reflection = *data.GetReflection();
  std::vector<std::string> values;
  if (field->is_repeated()) {
    for (int i = 0; i < reflection.FieldSize(data, field); ++i) {
      values.push_back(reflection.GetRepeatedString(data, field, i));
    }
  } else if (std::string value = reflection.GetString(data, field); !value.empty()) {
    values.push_back(std::move(value));
  }
  return values;
}

// Who submitted, asked or said it.
std::string SubmitterOf(const Message& data) {
  for (const char* field : {"submitter", "requester", "author"}) {
    const std::vector<std::string> values = StringsOf(data, field);
    if (!values.empty()) return values.front();
  }
  return "";
}

// The lead units of the task of the event's indicator, as it is defined now.
std::vector<std::string> TaskLeads(const Occasion& occasion) {
  const std::vector<std::string> named = StringsOf(*occasion.data, "indicator");
  const std::string& indicator = named.empty() ? occasion.event->subject() : named.front();
  std::string task;
  for (const auto& definition : occasion.plan->indicators()) {
    if (definition.name() == indicator) task = definition.task();
  }
  for (const auto& one : occasion.plan->plan().tasks()) {
    if (!task.empty() && one.id() == task) return {one.leads().begin(), one.leads().end()};
  }
  return {};
}

// The units whose members an audience means.
std::vector<std::string> UnitsOf(Route::Audience audience, const Occasion& occasion) {
  const std::string& unit = occasion.event->unit();
  switch (audience) {
    case Route::UNIT_LIAISONS:
    case Route::UNIT_HEADS:
      return unit.empty() ? std::vector<std::string>() : std::vector<std::string>{unit};
    case Route::CO_HANDLER_LIAISONS:
      return StringsOf(*occasion.data, "co_handlers");
    case Route::OWING_LIAISONS:
      return occasion.owing;
    default:
      break;
  }
  if (occasion.plan == nullptr) return {};
  const indicator::v1::WorkGroup& group = occasion.plan->plan().work_group();
  switch (audience) {
    case Route::PLAN_OFFICE:
      return group.office().empty() ? std::vector<std::string>()
                                    : std::vector<std::string>{group.office()};
    case Route::TASK_LEADS:
      return TaskLeads(occasion);
    case Route::ALL_MEMBERS:
      return {group.members().begin(), group.members().end()};
    default:
      return {};
  }
}

std::vector<Recipient> Named(Route::Audience audience, std::vector<Recipient> holders,
                             const std::string& resource) {
  for (Recipient& one : holders) {
    one.audience = absl::StrCat(Route::Audience_Name(audience), " ", resource);
  }
  return holders;
}

// True for the audiences that speak for the unit of the event.
bool IsOfTheUnit(Route::Audience audience) {
  return audience == Route::UNIT_LIAISONS || audience == Route::UNIT_HEADS ||
         audience == Route::SUBMITTER;
}

// A comment is for the other side: the unit's people where somebody else spoke, and who is not of
// the unit where it was the unit. Where both sides are one unit it is for all of them.
bool IsOwnSide(Route::Audience audience, const Occasion& occasion) {
  const auto* comment = dynamic_cast<const submission::v1::ReportCommented*>(occasion.data);
  if (comment == nullptr || occasion.plan == nullptr) return false;
  const std::string& unit = occasion.event->unit();
  if (occasion.plan->plan().work_group().office() == unit) return false;
  bool of_unit = false;
  for (const Member& member : *occasion.members) {
    if (member.name() != comment->author()) continue;
    of_unit = PostOf(member, common::v1::ROLE_UNSPECIFIED, unit, occasion.today) != nullptr;
  }
  return of_unit == IsOfTheUnit(audience);
}

std::vector<Recipient> OfAudience(Route::Audience audience, const Occasion& occasion) {
  if (audience == Route::LEADERS) {
    return Named(audience, Holders(*occasion.members, common::v1::LEADER, "", occasion.today), "");
  }
  if (audience == Route::SUBMITTER) {
    const std::string submitter = SubmitterOf(*occasion.data);
    for (const Member& member : *occasion.members) {
      if (member.name() == submitter &&
          PostOf(member, common::v1::ROLE_UNSPECIFIED, "", occasion.today) != nullptr) {
        return Named(audience, {{member.name(), member.display_name(), ""}}, "");
      }
    }
    return {};
  }
  std::vector<Recipient> all;
  for (const std::string& unit : UnitsOf(audience, occasion)) {
    const auto holders =
        Named(audience, Holders(*occasion.members, RoleOf(audience), unit, occasion.today), unit);
    all.insert(all.end(), holders.begin(), holders.end());
  }
  return all;
}

}  // namespace

std::vector<Recipient> Holders(const std::vector<Member>& members, Role role,
                               const std::string& unit, const std::string& today) {
  std::vector<Recipient> holders;
  for (const Member& member : members) {
    if (PostOf(member, role, unit, today) == nullptr) continue;
    holders.push_back({member.name(), member.display_name(), ""});
  }
  return holders;
}

std::vector<Recipient> RecipientsOf(const Route& route, const Occasion& occasion) {
  std::vector<Recipient> recipients;
  std::set<std::string> told;
  if (const auto* comment = dynamic_cast<const submission::v1::ReportCommented*>(occasion.data)) {
    told.insert(comment->author());  // who knows it
  }
  for (const int number : route.audiences()) {
    const auto audience = static_cast<Route::Audience>(number);
    if (IsOwnSide(audience, occasion)) continue;
    for (Recipient& one : OfAudience(audience, occasion)) {
      if (told.insert(one.member).second) recipients.push_back(std::move(one));
    }
  }
  return recipients;
}

std::string UnitToldFor(const std::string& audience, const std::string& event_unit) {
  const std::string named = audience.substr(audience.find(' ') + 1);
  return absl::StartsWith(named, "units/") ? named : "units/" + event_unit;
}

bool Serves(const Member& member, const std::string& today) {
  return PostOf(member, common::v1::ROLE_UNSPECIFIED, "", today) != nullptr;
}

bool StillHas(const Member& member, const std::string& audience, const std::string& today) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(audience, absl::MaxSplits(' ', 1));
  Route::Audience kind = Route::AUDIENCE_UNSPECIFIED;
  if (!Route::Audience_Parse(parts.first, &kind)) return false;
  return PostOf(member, RoleOf(kind), parts.second, today) != nullptr;
}

}  // namespace duban::notification
