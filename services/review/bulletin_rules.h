#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_RULES_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_RULES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/error.h"
#include "duban/common/v1/access.pb.h"
#include "duban/review/v1/bulletin.pb.h"

// DRAFT → SIGNED → PUBLISHED;  SIGNED → DRAFT (its text is changed)
namespace duban::review {

inline constexpr Reason kBulletinNotFound{"BULLETIN_NOT_FOUND", absl::StatusCode::kNotFound,
                                          "没有文件 {bulletin}",
                                          "There is no document {bulletin}."};
inline constexpr Reason kBulletinExists{"BULLETIN_EXISTS", absl::StatusCode::kAlreadyExists,
                                        "该次会议的文件 {bulletin} 已起草",
                                        "The session has its document already: {bulletin}."};
inline constexpr Reason kBulletinMoveNotAllowed{
    "BULLETIN_MOVE_NOT_ALLOWED", absl::StatusCode::kFailedPrecondition,
    "文件处于 {state} 状态,不能 {move};您现在可以进行:[{allowed}]",
    "The document is {state} and does not allow {move}; you may: [{allowed}]."};
inline constexpr Reason kBulletinAltered{
    "BULLETIN_ALTERED", absl::StatusCode::kDataLoss, "文件 {bulletin} 的内容与其摘要不符",
    "The content of document {bulletin} no longer has its digest."};

// Who acts.
struct BulletinActor {
  std::string subject;  // such as `members/zhang-wei`
  std::vector<common::v1::Role> roles;
};

// The next revision: `before` as it stands after `move`, made at `now`. UPDATE takes the signature
// away; RECORD_ERRATUM changes nothing and only tells whether it may. FAILED_PRECONDITION
// BULLETIN_MOVE_NOT_ALLOWED (metadata state and allowed: the moves allowed to this actor).
absl::StatusOr<v1::Bulletin> MoveBulletin(const v1::Bulletin& before, v1::Bulletin::Action move,
                                          const BulletinActor& actor, absl::Time now);

// Sets permitted_actions to what the actor may do with the document as it stands.
void SetPermittedActions(const BulletinActor& actor, v1::Bulletin* bulletin);

// True for those who see what is not PUBLISHED yet: all but units and their systems.
bool SeesDrafts(const BulletinActor& actor);

// What people write of a document. INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckBulletinText(const v1::Bulletin& bulletin);

// What an erratum says. INVALID_ARGUMENT FIELD_INVALID.
absl::Status CheckErratum(const std::string& wrong, const std::string& right);

// True if the document prints the errata of its content.
bool PrintsErrata(const v1::Bulletin& bulletin);

// SHA-256 in lower-case hexadecimal over all that is printed, as far as it is there: name, kind,
// period, text, figures, signature, number, date; as JSON with proto field names, default values
// left out and fields in order of number.
std::string DigestOf(const v1::Bulletin& bulletin);

// DATA_LOSS BULLETIN_ALTERED if a SIGNED document is not what was signed, or a PUBLISHED one not
// what was published.
absl::Status CheckUnaltered(const v1::Bulletin& bulletin);

// The series that the document is numbered in when it is published in that year.
std::string SeriesOf(const v1::BulletinContent& content, int year);

// Gives a document that is PUBLISHED at `now` its number in the series of that year, date and
// digest.
void NumberBulletin(int number, const BulletinActor& actor, absl::Time now, v1::Bulletin* bulletin);

// The day that it is in the plan's zone; UTC where the zone is unknown.
absl::CivilDay LocalDay(const v1::BulletinContent& content, absl::Time now);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_RULES_H_
