#ifndef DUBAN_SERVICES_NOTIFICATION_NOTICE_STORE_H_
#define DUBAN_SERVICES_NOTIFICATION_NOTICE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/notification/v1/event.pb.h"
#include "duban/notification/v1/template_service.pb.h"

namespace duban::notification {

// A notice with what its message will say.
struct NoticeRecord {
  v1::Notice notice;
  v1::PreviewTemplateResponse texts;
  std::vector<v1::Channel> channels;  // in the order in which they are tried
  std::string plan;                   // bare ids, as unit, template_id
  std::string unit;
  std::string subject;
  std::vector<std::string> obligations;  // when all of them are settled, it is pointless
  std::string template_id;
  int template_revision = 0;
  bool acknowledgement_required = false;
  absl::Duration step_up_after;           // zero: never
  std::string digest_date;                // local day of the digest that tells it; empty: none
  std::optional<absl::Time> expire_time;  // from then on it is pointless
};

// Which notices to list; what is empty or unspecified restricts nothing.
struct NoticeQuery {
  std::string event;   // id
  std::string member;  // bare id
  v1::Notice::State state = v1::Notice::STATE_UNSPECIFIED;
};

// The tables notices and digests.
class NoticeStore {
 public:
  // Adds notices as WAITING, with new ids; a member is told once of one event, so what is there
  // already stays as it is.
  absl::Status Add(db::Transaction& tx, const std::vector<NoticeRecord>& notices,
                   absl::Time now) const;

  absl::StatusOr<std::optional<v1::Notice>> Get(db::Session& session, const std::string& id) const;

  // At most `limit` notices, the newest first, older than that of id `before` (empty: all).
  absl::StatusOr<std::vector<v1::Notice>> List(db::Session& session, const NoticeQuery& query,
                                               const std::string& before, int limit) const;

  // At most `limit` notices that are due by themselves, those due first at the front.
  absl::StatusOr<std::vector<NoticeRecord>> Due(db::Session& session, absl::Time now,
                                                int limit) const;

  // At most `limit` notices of digests that are due, by day and member.
  absl::StatusOr<std::vector<NoticeRecord>> DueForDigest(db::Session& session, absl::Time now,
                                                         int limit) const;

  // At most `limit` of one member's and day's that are due, without their bodies.
  absl::StatusOr<std::vector<NoticeRecord>> DueForDigestOf(db::Session& session,
                                                           const std::string& day,
                                                           const std::string& member,
                                                           absl::Time now, int limit) const;

  // Makes WAITING notices TOLD by the messages that name them. ABORTED if one is WAITING no more.
  absl::Status Tell(db::Transaction& tx, const std::vector<std::string>& ids) const;

  // Makes a WAITING notice TOLD by this message, or something else for a reason.
  absl::Status TellBy(db::Transaction& tx, const std::string& id, const std::string& message) const;
  absl::Status Drop(db::Transaction& tx, const std::string& id, v1::Notice::State state,
                    const std::string& reason) const;

  // Lets a WAITING notice wait for a later digest.
  absl::Status Postpone(db::Transaction& tx, const std::string& id, const std::string& digest_date,
                        absl::Time due_time) const;

  // How many notices the member's digest of this day has, in all of its parts; nothing if they had
  // none yet.
  absl::StatusOr<std::optional<int>> DigestSize(db::Session& session, const std::string& member,
                                                const std::string& day) const;

  // Counts the notices of a further part.
  absl::Status GrowDigest(db::Transaction& tx, const std::string& member, const std::string& day,
                          int notices) const;

  // Records that a member has the digest of a day. ALREADY_EXISTS DATABASE_DUPLICATE for a second.
  absl::Status AddDigest(db::Transaction& tx, const std::string& member, const std::string& day,
                         const std::string& digest, const std::string& message, int notices,
                         absl::Time now) const;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_NOTICE_STORE_H_
