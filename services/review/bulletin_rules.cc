#include "services/review/bulletin_rules.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/timestamp.h"
#include "common/calendar/period.h"
#include "google/protobuf/util/json_util.h"

namespace duban::review {
namespace {

using common::v1::Role;
using v1::Bulletin;

constexpr int kAddresseeCharacters = 500;
constexpr int kHeadingCharacters = 100;
constexpr int kSectionCharacters = 20'000;
constexpr int kErratumCharacters = 1000;
constexpr int kMaxSections = 30;

struct BulletinArrow {
  Bulletin::State from;
  Bulletin::Action action;
  Bulletin::State to;
  bool leader_only = false;
};
constexpr std::array<BulletinArrow, 5> kBulletinArrows = {{
    {Bulletin::DRAFT, Bulletin::UPDATE, Bulletin::DRAFT},
    {Bulletin::DRAFT, Bulletin::SIGN, Bulletin::SIGNED, /*leader_only=*/true},
    {Bulletin::SIGNED, Bulletin::UPDATE, Bulletin::DRAFT},
    {Bulletin::SIGNED, Bulletin::PUBLISH, Bulletin::PUBLISHED},
    {Bulletin::PUBLISHED, Bulletin::RECORD_ERRATUM, Bulletin::PUBLISHED},
}};

bool Has(const BulletinActor& actor, Role role) {
  return std::count(actor.roles.begin(), actor.roles.end(), role) > 0;
}

bool Allows(const BulletinArrow& arrow, const Bulletin& bulletin, const BulletinActor& actor) {
  return arrow.from == bulletin.state() &&
         (Has(actor, common::v1::LEADER) || (!arrow.leader_only && Has(actor, common::v1::OFFICE)));
}

absl::Status MoveNotAllowed(const Bulletin& bulletin, Bulletin::Action move,
                            const BulletinActor& actor) {
  std::vector<std::string> allowed;
  for (const BulletinArrow& arrow : kBulletinArrows) {
    if (Allows(arrow, bulletin, actor)) allowed.push_back(Bulletin::Action_Name(arrow.action));
  }
  return Error(kBulletinMoveNotAllowed)
      .With("bulletin", bulletin.name())
      .With("state", Bulletin::State_Name(bulletin.state()))
      .With("move", Bulletin::Action_Name(move))
      .With("allowed", absl::StrJoin(allowed, ", "));
}

// What stands on the paper.
Bulletin Printed(Bulletin bulletin) {
  bulletin.clear_state();
  bulletin.clear_publisher();
  bulletin.clear_publish_time();
  bulletin.clear_digest();
  bulletin.clear_errata();
  bulletin.clear_permitted_actions();
  bulletin.clear_etag();
  bulletin.clear_revision();
  bulletin.clear_create_time();
  bulletin.clear_update_time();
  return bulletin;
}

absl::Status CheckSection(const v1::BulletinSection& section, const std::string& field) {
  if (!v1::BulletinSection::Kind_IsValid(section.kind())) {
    return FieldInvalid(absl::StrCat(field, ".kind"), "没有这种段落", "there is no such section");
  }
  DUBAN_RETURN_IF_ERROR(
      CheckText(section.heading(), absl::StrCat(field, ".heading"), kHeadingCharacters, true));
  return CheckText(section.text(), absl::StrCat(field, ".text"), kSectionCharacters, false);
}

}  // namespace

absl::StatusOr<Bulletin> MoveBulletin(const Bulletin& before, Bulletin::Action move,
                                      const BulletinActor& actor, absl::Time now) {
  for (const BulletinArrow& arrow : kBulletinArrows) {
    if (arrow.action != move || !Allows(arrow, before, actor)) continue;
    Bulletin after = before;
    if (move == Bulletin::RECORD_ERRATUM) return after;
    after.set_state(arrow.to);
    if (move == Bulletin::UPDATE) after.clear_signature();
    after.set_revision(before.revision() + 1);
    after.set_etag(MakeEtag(after.revision()));
    *after.mutable_update_time() = ToTimestamp(now);
    return after;
  }
  return MoveNotAllowed(before, move, actor);
}

void SetPermittedActions(const BulletinActor& actor, Bulletin* bulletin) {
  bulletin->clear_permitted_actions();
  for (const BulletinArrow& arrow : kBulletinArrows) {
    if (Allows(arrow, *bulletin, actor)) bulletin->add_permitted_actions(arrow.action);
  }
}

bool SeesDrafts(const BulletinActor& actor) {
  for (const Role role : {common::v1::OFFICE, common::v1::LEADER, common::v1::AUDITOR,
                          common::v1::ADMIN, common::v1::SERVICE}) {
    if (Has(actor, role)) return true;
  }
  return false;
}

absl::Status CheckBulletinText(const Bulletin& bulletin) {
  DUBAN_RETURN_IF_ERROR(CheckText(bulletin.title(), "bulletin.title", kTitleCharacters, true));
  DUBAN_RETURN_IF_ERROR(
      CheckText(bulletin.recipients(), "bulletin.recipients", kAddresseeCharacters, false));
  DUBAN_RETURN_IF_ERROR(
      CheckText(bulletin.copies(), "bulletin.copies", kAddresseeCharacters, false));
  if (bulletin.sections_size() > kMaxSections) {
    return FieldInvalid("bulletin.sections", "不能超过30段", "there are at most 30 sections");
  }
  std::vector<int> kinds;
  for (int i = 0; i < bulletin.sections_size(); ++i) {
    const v1::BulletinSection& section = bulletin.sections(i);
    const std::string field = absl::StrCat("bulletin.sections[", i, "]");
    DUBAN_RETURN_IF_ERROR(CheckSection(section, field));
    if (section.kind() == v1::BulletinSection::KIND_UNSPECIFIED) continue;
    if (std::count(kinds.begin(), kinds.end(), section.kind()) > 0) {
      return FieldInvalid(absl::StrCat(field, ".kind"), "同一内容只能出现一次",
                          "each part of the content stands there once");
    }
    kinds.push_back(section.kind());
  }
  return absl::OkStatus();
}

absl::Status CheckErratum(const std::string& wrong, const std::string& right) {
  DUBAN_RETURN_IF_ERROR(CheckText(wrong, "wrong", kErratumCharacters, true));
  return CheckText(right, "right", kErratumCharacters, true);
}

bool PrintsErrata(const Bulletin& bulletin) {
  return std::any_of(bulletin.sections().begin(), bulletin.sections().end(),
                     [](const v1::BulletinSection& section) {
                       return section.kind() == v1::BulletinSection::ERRATA;
                     });
}

std::string DigestOf(const Bulletin& bulletin) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // It prints every message of valid UTF-8; and were it not, the digest would match nothing.
  if (!google::protobuf::util::MessageToJsonString(Printed(bulletin), &json, options).ok()) {
    return "";
  }
  return Sha256Hex(json);
}

absl::Status CheckUnaltered(const Bulletin& bulletin) {
  std::string digest;
  std::string expected;
  if (bulletin.state() == Bulletin::SIGNED) {
    Bulletin signed_text = bulletin;
    signed_text.clear_signature();
    digest = DigestOf(signed_text);
    expected = bulletin.signature().digest();
  } else if (bulletin.state() == Bulletin::PUBLISHED) {
    digest = DigestOf(bulletin);
    expected = bulletin.digest();
  }
  if (digest == expected) return absl::OkStatus();
  return Error(kBulletinAltered).With("bulletin", bulletin.name());
}

std::string SeriesOf(const v1::BulletinContent& content, int year) {
  return absl::StrCat(content.style().number_prefix(), "〔", year, "〕");
}

void NumberBulletin(int number, const BulletinActor& actor, absl::Time now, Bulletin* bulletin) {
  const absl::CivilDay day = LocalDay(bulletin->content(), now);
  bulletin->set_number(number);
  bulletin->set_document_number(
      absl::StrCat(SeriesOf(bulletin->content(), static_cast<int>(day.year())), number, "号"));
  bulletin->set_document_date(FormatDate(day));
  bulletin->set_publisher(actor.subject);
  *bulletin->mutable_publish_time() = ToTimestamp(now);
  bulletin->set_digest(DigestOf(*bulletin));
}

absl::CivilDay LocalDay(const v1::BulletinContent& content, absl::Time now) {
  absl::TimeZone zone;  // UTC
  absl::LoadTimeZone(content.time_zone(), &zone);
  return absl::ToCivilDay(now, zone);
}

}  // namespace duban::review
