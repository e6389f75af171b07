#include "services/notification/preference_service.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/notification/preference_rules.h"
#include "services/notification/route_rules.h"

namespace duban::notification {
namespace {

using v1::ContactPoints;
using v1::Preferences;

constexpr int kMostRoutesOfType = 1000;
constexpr const char* kNeverSet = "none";  // the etag of what is not stored yet

absl::StatusOr<std::string> MemberIn(const std::string& name, const char* pattern,
                                     std::string_view field) {
  DUBAN_ASSIGN_OR_RETURN(std::vector<std::string> ids, ParseResourceName(name, pattern, field));
  return std::move(ids.front());
}

Preferences OrDefault(const PreferencesByMember& found, const std::string& name) {
  if (!found.empty()) return found.begin()->second;
  Preferences preferences;
  preferences.set_name(name);
  preferences.set_etag(kNeverSet);
  return preferences;
}

ContactPoints OrNone(const std::optional<ContactPoints>& found, const std::string& name) {
  if (found) return *found;
  ContactPoints points;
  points.set_name(name);
  points.set_etag(kNeverSet);
  return points;
}

std::string Sealed(const SealingKey& key, const std::string& text, const std::string& member,
                   const char* what) {
  if (text.empty()) return "";
  return key.Seal(text, absl::StrCat("contact_points/", member, "/", what));
}

}  // namespace

PreferenceService::PreferenceService(const server::Environment& environment,
                                     const SealingKey* secrets)
    : database_(environment.database),
      mutations_(environment.mutations),
      secrets_(secrets),
      audit_("notification") {}

server::RpcService PreferenceService::Rpc() {
  return server::RpcService("duban.notification.v1.PreferenceService")
      .Add("GetPreferences", this, &PreferenceService::GetPreferences)
      .Add("UpdatePreferences", this, &PreferenceService::UpdatePreferences)
      .Add("GetContactPoints", this, &PreferenceService::GetContactPoints)
      .Add("SetContactPoints", this, &PreferenceService::SetContactPoints);
}

absl::StatusOr<Preferences> PreferenceService::GetPreferences(
    server::CallContext& call, const v1::GetPreferencesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string member,
                         MemberIn(request.name(), "members/*/preferences", "name"));
  DUBAN_ASSIGN_OR_RETURN(const PreferencesByMember found,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return preferences_.Get(session, {member});
                         }));
  return OrDefault(found, request.name());
}

absl::StatusOr<Preferences> PreferenceService::UpdatePreferences(
    server::CallContext& call, const v1::UpdatePreferencesRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const auto first, mutations_->FirstAnswer<Preferences>(call, request));
  if (first) return *first;
  const std::string& name = request.preferences().name();
  DUBAN_ASSIGN_OR_RETURN(const std::string member,
                         MemberIn(name, "members/*/preferences", "preferences.name"));
  DUBAN_RETURN_IF_ERROR(CheckPreferences(request.preferences()));
  DUBAN_RETURN_IF_ERROR(CheckMutable(call, request.preferences()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<Preferences> {
    DUBAN_ASSIGN_OR_RETURN(const PreferencesByMember found, preferences_.GetForUpdate(tx, member));
    const Preferences before = OrDefault(found, name);
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.preferences().etag(), before.etag()));
    DUBAN_RETURN_IF_ERROR(preferences_.Write(tx, member, request.preferences(), call.now()));
    DUBAN_ASSIGN_OR_RETURN(const PreferencesByMember written, preferences_.Get(tx, {member}));
    Preferences after = OrDefault(written, name);
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, name, before, after));
    return after;
  });
}

absl::Status PreferenceService::CheckMutable(const server::CallContext& call,
                                             const Preferences& preferences) {
  for (const Preferences::Mute& mute : preferences.mutes()) {
    if (mute.event_type().empty()) continue;
    DUBAN_ASSIGN_OR_RETURN(const std::vector<v1::Route> routes,
                           database_->Read(call.deadline(), [&](db::Session& session) {
                             return routes_.List(
                                 session,
                                 {.plan = "", .event_type = mute.event_type(), .template_name = ""},
                                 "", kMostRoutesOfType);
                           }));
    for (const v1::Route& route : Governing(routes, "")) {
      if (route.may_mute()) continue;
      return Error(kTypeNotMutable).With("event_type", mute.event_type()).Build();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ContactPoints> PreferenceService::GetContactPoints(
    server::CallContext& call, const v1::GetContactPointsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string member,
                         MemberIn(request.name(), "members/*/contactPoints", "name"));
  DUBAN_ASSIGN_OR_RETURN(const std::optional<ContactPoints> found,
                         database_->Read(call.deadline(), [&](db::Session& session) {
                           return contact_points_.Get(session, member);
                         }));
  return OrNone(found, request.name());
}

absl::StatusOr<ContactPoints> PreferenceService::SetContactPoints(
    server::CallContext& call, const v1::SetContactPointsRequest& request) {
  DUBAN_ASSIGN_OR_RETURN(const std::string member,
                         MemberIn(request.name(), "members/*/contactPoints", "name"));
  DUBAN_RETURN_IF_ERROR(CheckContactPoints(request));
  if (secrets_ == nullptr) return Error(kContactPointsNotKept).Build();
  const SealedContactPoints sealed = {Sealed(*secrets_, request.phone(), member, "phone"),
                                      Sealed(*secrets_, request.mail(), member, "mail"),
                                      Sealed(*secrets_, request.chat_id(), member, "chat")};
  ContactPoints masked;
  masked.set_phone(MaskNumber(request.phone()));
  masked.set_mail(MaskMail(request.mail()));
  masked.set_chat_id(MaskNumber(request.chat_id()));
  return mutations_->Run(call, request, [&](db::Transaction& tx) -> absl::StatusOr<ContactPoints> {
    DUBAN_ASSIGN_OR_RETURN(const std::optional<ContactPoints> found,
                           contact_points_.GetForUpdate(tx, member));
    const ContactPoints before = OrNone(found, request.name());
    DUBAN_RETURN_IF_ERROR(CheckEtag(request.etag(), before.etag()));
    DUBAN_RETURN_IF_ERROR(contact_points_.Write(tx, member, sealed, masked, call.now()));
    DUBAN_ASSIGN_OR_RETURN(const std::optional<ContactPoints> written,
                           contact_points_.Get(tx, member));
    ContactPoints after = OrNone(written, request.name());
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, request.name(), before, after));
    return after;
  });
}

}  // namespace duban::notification
