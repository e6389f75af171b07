#include "services/notification/teller.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "services/notification/audience_rules.h"
#include "services/notification/digest_rules.h"
#include "services/notification/reminder_rules.h"

namespace duban::notification {
namespace {

using v1::Notice;

constexpr absl::Duration kTellingLimit = absl::Seconds(10);  // of one transaction
constexpr const char* kDigestType = "duban.notification.digest";
constexpr const char* kStepUpType = "duban.notification.step_up";

std::string IdPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

void SetTexts(const v1::PreviewTemplateResponse& texts, NewMessage* message) {
  message->content.set_title(texts.title());
  message->content.set_body(texts.body());
  message->content.set_title_en(texts.title_en());
  message->content.set_body_en(texts.body_en());
  message->short_text = texts.short_text();
}

// The message of one notice.
Outgoing OutgoingOf(const NoticeRecord& record, absl::Time now) {
  const Notice& notice = record.notice;
  Outgoing sent;
  NewMessage& message = sent.message;
  message.member = IdPart(notice.member());
  message.notice = IdPart(notice.name());
  message.unit = record.unit;
  message.template_id = record.template_id;
  message.template_revision = record.template_revision;
  SetTexts(record.texts, &message);
  message.content.set_type(notice.event_type());
  message.content.set_subject(record.subject);
  if (!record.plan.empty()) message.content.set_plan("plans/" + record.plan);
  message.content.set_urgency(notice.urgency());
  message.content.add_events(notice.event());
  message.content.set_acknowledgement_required(record.acknowledgement_required);
  if (record.acknowledgement_required && record.step_up_after > absl::ZeroDuration()) {
    *message.content.mutable_step_up_time() = ToTimestamp(now + record.step_up_after);
  }
  sent.channels = record.channels;
  return sent;
}

std::string UnitOf(const NoticeRecord& told) {
  return UnitToldFor(told.notice.audience(), told.unit);
}

}  // namespace

Teller::Teller(const server::Environment& environment, Directory* directory,
               const Expansion* expansion, const Options& options)
    : database_(environment.database),
      clock_(environment.clock),
      directory_(directory),
      expansion_(expansion),
      options_(options),
      lease_(environment.database, "tell", options.lease) {}

std::string Teller::Today() const {
  return FormatDate(absl::ToCivilDay(clock_->Now(), ZoneOf(nullptr)));
}

absl::StatusOr<int> Teller::TellDue() {
  DUBAN_ASSIGN_OR_RETURN(std::vector<NoticeRecord> due,
                         lease_.LookHeld(options_.at_once, [&](db::Session& session, int limit) {
                           return notices_.Due(session, clock_->Now(), limit);
                         }));
  if (due.empty()) return 0;
  DUBAN_ASSIGN_OR_RETURN(const PeoplePointer people, directory_->GetPeople());
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Fate> known, FatesOf(std::move(due), *people));
  const absl::Status done = database_->RunInTransaction(
      MachineNow() + kTellingLimit, [&](db::Transaction& tx) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
        std::vector<Fate> fates = known;
        DUBAN_RETURN_IF_ERROR(LookAgain(tx, &fates));
        const absl::Time now = clock_->Now();
        std::vector<Outgoing> outgoing;
        std::vector<std::string> told;
        for (const Fate& fate : fates) {
          if (fate.state != Notice::TOLD) {
            DUBAN_RETURN_IF_ERROR(Drop(tx, fate));
            continue;
          }
          outgoing.push_back(OutgoingOf(fate.record, now));
          told.push_back(IdPart(fate.record.notice.name()));
        }
        DUBAN_RETURN_IF_ERROR(messenger_.Send(tx, std::move(outgoing), now).status());
        return notices_.Tell(tx, told);
      });
  DUBAN_RETURN_IF_ERROR(done);
  return static_cast<int>(known.size());
}

absl::StatusOr<std::vector<Teller::Fate>> Teller::FatesOf(std::vector<NoticeRecord> due,
                                                          const People& people) {
  std::map<std::string, const indicator::v1::Member*> members;
  for (const auto& member : people.members) members[member.name()] = &member;
  std::vector<Fate> fates;
  for (NoticeRecord& record : due) {
    Fate fate;
    const Notice& notice = record.notice;
    const auto member = members.find(notice.member());
    const std::vector<std::string> settlers = Settlers(notice.event_type());
    bool settled = false;
    if (!settlers.empty()) {
      DUBAN_ASSIGN_OR_RETURN(
          settled, database_->Read(MachineNow() + kTellingLimit, [&](db::Session& session) {
            return events_.HasLater(session, record.subject, IdPart(notice.event()), settlers);
          }));
    }
    if (settled) {
      fate.state = Notice::CANCELLED;
      fate.reason = kSettledLater;
    } else if (record.expire_time && *record.expire_time <= clock_->Now()) {
      fate.state = Notice::CANCELLED;
      fate.reason = kTimeOver;
    } else if (member == members.end() || !StillHas(*member->second, notice.audience(), Today())) {
      fate.state = Notice::UNDELIVERABLE;
      fate.reason = kDutyLost;
    }
    fate.record = std::move(record);
    fates.push_back(std::move(fate));
  }
  return fates;
}

absl::Status Teller::LookAgain(db::Transaction& tx, std::vector<Fate>* fates) const {
  std::set<std::string> obligations;
  for (const Fate& fate : *fates) {
    obligations.insert(fate.record.obligations.begin(), fate.record.obligations.end());
  }
  if (obligations.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const std::set<std::string> settled,
                         obligations_.Settled(tx, obligations));
  for (Fate& fate : *fates) {
    const std::vector<std::string>& reminded = fate.record.obligations;
    const bool pointless = !reminded.empty() && std::all_of(reminded.begin(), reminded.end(),
                                                            [&](const std::string& one) {
                                                              return settled.contains(one);
                                                            });
    if (!pointless) continue;
    fate.state = Notice::CANCELLED;
    fate.reason = kMetOrWaived;
  }
  return absl::OkStatus();
}

absl::Status Teller::Drop(db::Transaction& tx, const Fate& fate) const {
  const Notice& notice = fate.record.notice;
  DUBAN_RETURN_IF_ERROR(notices_.Drop(tx, IdPart(notice.name()), fate.state, fate.reason));
  if (fate.state != Notice::UNDELIVERABLE) return absl::OkStatus();
  return events_.Repeat(tx, IdPart(notice.event()), clock_->Now());
}

absl::StatusOr<int> Teller::SendDigests() {
  DUBAN_ASSIGN_OR_RETURN(std::vector<NoticeRecord> due,
                         lease_.LookHeld(options_.at_once, [&](db::Session& session, int limit) {
                           return notices_.DueForDigest(session, clock_->Now(), limit);
                         }));
  if (due.empty()) return 0;
  DUBAN_ASSIGN_OR_RETURN(const PeoplePointer people, directory_->GetPeople());
  const int found = static_cast<int>(due.size());
  for (size_t first = 0; first < due.size();) {
    const auto same = [&](const NoticeRecord& one) {
      return one.digest_date == due[first].digest_date &&
             one.notice.member() == due[first].notice.member();
    };
    const auto end = std::find_if_not(due.begin() + static_cast<int64_t>(first), due.end(), same);
    // The last one's may have more; it comes first in the next look.
    if (end == due.end() && found == options_.at_once && first > 0) break;
    std::vector<NoticeRecord> group(due.begin() + static_cast<int64_t>(first), end);
    if (end == due.end() && found == options_.at_once) {
      DUBAN_ASSIGN_OR_RETURN(group, WholeDigest(group.front()));
    }
    DUBAN_RETURN_IF_ERROR(SendDigest(group, *people));
    first = static_cast<size_t>(end - due.begin());
  }
  return found;
}

absl::StatusOr<std::vector<NoticeRecord>> Teller::WholeDigest(const NoticeRecord& any) const {
  return database_->Read(MachineNow() + kTellingLimit, [&](db::Session& session) {
    return notices_.DueForDigestOf(session, any.digest_date, IdPart(any.notice.member()),
                                   clock_->Now(), options_.of_a_digest);
  });
}

absl::Status Teller::SendDigest(const std::vector<NoticeRecord>& group, const People& people) {
  const std::string& plan = group.front().plan;
  DUBAN_ASSIGN_OR_RETURN(
      const Expansion::NextDigest next,
      expansion_->DigestAfter(plan.empty() ? "" : "plans/" + plan, clock_->Now()));
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Fate> known, FatesOf(group, people));
  return database_->RunInTransaction(MachineNow() + kTellingLimit,
                                     [&](db::Transaction& tx) -> absl::Status {
                                       DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
                                       std::vector<Fate> fates = known;
                                       DUBAN_RETURN_IF_ERROR(LookAgain(tx, &fates));
                                       return SendDigestIn(tx, fates, next);
                                     });
}

absl::Status Teller::SendDigestIn(db::Transaction& tx, const std::vector<Fate>& fates,
                                  const Expansion::NextDigest& next) const {
  const NoticeRecord& any = fates.front().record;
  const std::string member = IdPart(any.notice.member());
  DUBAN_ASSIGN_OR_RETURN(const auto had, notices_.DigestSize(tx, member, any.digest_date));
  // What a full one had no room for comes in a further part. Else what is left came after it.
  const bool closed = had && *had % options_.of_a_digest != 0;
  Outgoing sent;
  std::vector<v1::PreviewTemplateResponse> texts;
  std::vector<std::string> told;
  for (const Fate& fate : fates) {
    const std::string id = IdPart(fate.record.notice.name());
    if (fate.state != Notice::TOLD) {
      DUBAN_RETURN_IF_ERROR(Drop(tx, fate));
    } else if (closed) {
      DUBAN_RETURN_IF_ERROR(notices_.Postpone(tx, id, next.date, next.time));
    } else {
      texts.push_back(fate.record.texts);
      told.push_back(id);
      sent.message.content.add_events(fate.record.notice.event());
      for (const v1::Channel channel : fate.record.channels) {
        auto& channels = sent.channels;
        if (std::find(channels.begin(), channels.end(), channel) == channels.end()) {
          channels.push_back(channel);
        }
      }
    }
  }
  if (told.empty()) return absl::OkStatus();
  sent.message.member = member;
  sent.message.notice = NewUuid7(SharedNow());
  const std::string digest = sent.message.notice;
  const int part = had ? *had / options_.of_a_digest + 1 : 1;
  SetTexts(DigestTexts(any.digest_date, texts, part), &sent.message);
  sent.message.content.set_type(kDigestType);
  sent.message.content.set_urgency(v1::DIGEST);
  const absl::Time now = clock_->Now();
  DUBAN_ASSIGN_OR_RETURN(const auto added, messenger_.Send(tx, {std::move(sent)}, now));
  const std::string message = IdPart(added.at(0).content.name());
  for (const std::string& id : told) DUBAN_RETURN_IF_ERROR(notices_.TellBy(tx, id, message));
  const int number = static_cast<int>(told.size());
  if (had) return notices_.GrowDigest(tx, member, any.digest_date, number);
  return notices_.AddDigest(tx, member, any.digest_date, digest, message, number, now);
}

absl::StatusOr<int> Teller::StepUp() {
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Unacknowledged> due,
                         lease_.LookHeld(options_.at_once, [&](db::Session& session, int limit) {
                           return step_ups_.Due(session, clock_->Now(), limit);
                         }));
  if (due.empty()) return 0;
  DUBAN_ASSIGN_OR_RETURN(const PeoplePointer people, directory_->GetPeople());
  for (const Unacknowledged& message : due) {
    DUBAN_RETURN_IF_ERROR(StepUpOne(message, *people));
  }
  return static_cast<int>(due.size());
}

absl::Status Teller::StepUpOne(const Unacknowledged& message, const People& people) {
  const NoticeRecord& told = message.told;
  std::vector<Outgoing> outgoing;
  if (!message.message.has_acknowledge_time()) {
    const auto name = people.display_names.find(told.notice.member());
    for (const Recipient& head :
         Holders(people.members, common::v1::UNIT_HEAD, UnitOf(told), Today())) {
      if (head.member == told.notice.member()) continue;
      Outgoing sent;
      sent.message.member = IdPart(head.member);
      sent.message.notice = IdPart(told.notice.name());
      sent.message.unit = told.unit;
      SetTexts(StepUpTexts(name == people.display_names.end() ? told.notice.member() : name->second,
                           told.texts),
               &sent.message);
      sent.message.content.set_type(kStepUpType);
      sent.message.content.set_subject(message.message.subject());
      sent.message.content.set_plan(message.message.plan());
      sent.message.content.set_urgency(v1::URGENT);
      *sent.message.content.mutable_events() = message.message.events();
      sent.channels = told.channels;
      outgoing.push_back(std::move(sent));
    }
    if (outgoing.empty()) {
      LogWarning("nobody to tell of an unacknowledged message",
                 {{"message", message.message.name()}, {"unit", UnitOf(told)}});
    }
  }
  return database_->RunInTransaction(
      MachineNow() + kTellingLimit, [&](db::Transaction& tx) -> absl::Status {
        DUBAN_RETURN_IF_ERROR(lease_.Check(tx));
        DUBAN_ASSIGN_OR_RETURN(const bool cleared, step_ups_.Clear(tx, message));
        if (!cleared || outgoing.empty()) return absl::OkStatus();
        return messenger_.Send(tx, outgoing, clock_->Now()).status();
      });
}

}  // namespace duban::notification
