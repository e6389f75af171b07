#include "services/review/appraisal_rules.h"

#include <algorithm>
#include <set>

#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "google/protobuf/util/json_util.h"
#include "services/review/unit_score_rules.h"

namespace duban::review {
namespace {

using indicator::v1::ScoringRules;
using submission::v1::ScoreboardLine;
using v1::Appraisal;

// The units of each group in the order of the rules, and at the end those that own lines and are in
// none.
struct Group {
  std::string id;
  std::set<std::string> units;
};

std::vector<Group> GroupsOf(const ScoringRules& rules, const AppraisalFacts& facts) {
  std::vector<Group> groups;
  std::set<std::string> grouped;
  for (const ScoringRules::PeerGroup& group : rules.peer_groups()) {
    groups.push_back({group.id(), {group.units().begin(), group.units().end()}});
    grouped.insert(group.units().begin(), group.units().end());
  }
  groups.push_back({});
  for (const ScoreboardLine& line : facts.snapshot.scoreboard().lines()) {
    if (!line.unit().empty() && !grouped.contains(line.unit())) {
      groups.back().units.insert(line.unit());
    }
  }
  return groups;
}

// The weighted lines of a unit, in the order of the plan.
std::vector<WeightedLine> LinesOf(const std::string& unit, const AppraisalFacts& facts) {
  std::vector<WeightedLine> lines;
  for (const ScoreboardLine& line : facts.snapshot.scoreboard().lines()) {
    const auto weight = facts.weights.find(line.indicator());
    if (line.unit() != unit || weight == facts.weights.end()) continue;
    if (!weight->second.empty() && weight->second != "0") lines.push_back({&line, weight->second});
  }
  return lines;
}

absl::StatusOr<UnitTotal> Score(const ScoringRules& rules, const AppraisalFacts& facts,
                                const std::string& unit, const std::string& group) {
  std::vector<Happening> happenings;
  for (const Happening& happening : facts.happenings) {
    if (happening.unit == unit) happenings.push_back(happening);
  }
  DUBAN_ASSIGN_OR_RETURN(UnitTotal total, ScoreUnit(rules, LinesOf(unit, facts), happenings));
  const auto name = facts.unit_names.find(unit);
  total.score.set_unit(unit);
  total.score.set_unit_name(name == facts.unit_names.end() ? unit : name->second);
  total.score.set_peer_group(group);
  return total;
}

// Best first, equal ones by their names; those not ranked at the end. Equal totals share the place.
void Rank(std::vector<UnitTotal>* units) {
  std::sort(units->begin(), units->end(), [](const UnitTotal& a, const UnitTotal& b) {
    if (a.score.ranked() != b.score.ranked()) return a.score.ranked();
    if (a.total != b.total) return a.total > b.total;
    return a.score.unit() < b.score.unit();
  });
  for (size_t i = 0; i < units->size() && (*units)[i].score.ranked(); ++i) {
    const bool tied = i > 0 && (*units)[i - 1].total == (*units)[i].total;
    (*units)[i].score.set_rank(tied ? (*units)[i - 1].score.rank() : static_cast<int>(i) + 1);
  }
}

}  // namespace

absl::StatusOr<Appraisal> ComputeAppraisal(const ScoringRules& rules, const AppraisalFacts& facts) {
  Appraisal appraisal;
  appraisal.set_session(facts.session);
  appraisal.set_period(facts.period);
  appraisal.set_snapshot(facts.snapshot.name());
  appraisal.set_snapshot_digest(facts.snapshot.digest());
  *appraisal.mutable_rules() = rules;
  for (const Group& group : GroupsOf(rules, facts)) {
    std::vector<UnitTotal> units;
    for (const std::string& unit : group.units) {
      DUBAN_ASSIGN_OR_RETURN(UnitTotal total, Score(rules, facts, unit, group.id));
      units.push_back(std::move(total));
    }
    Rank(&units);
    for (UnitTotal& unit : units) *appraisal.add_scores() = std::move(unit.score);
  }
  return appraisal;
}

absl::Status CheckNotPublished(const Appraisal& appraisal) {
  if (appraisal.state() != Appraisal::PUBLISHED) return absl::OkStatus();
  return Error(kAppraisalMoveNotAllowed)
      .With("appraisal", appraisal.name())
      .With("state", Appraisal::State_Name(appraisal.state()));
}

absl::StatusOr<Appraisal> PublishedBy(const Appraisal& appraisal, const std::string& publisher,
                                      absl::Time now) {
  DUBAN_RETURN_IF_ERROR(CheckNotPublished(appraisal));
  Appraisal published = appraisal;
  published.set_state(Appraisal::PUBLISHED);
  published.set_publisher(publisher);
  *published.mutable_publish_time() = ToTimestamp(now);
  DUBAN_ASSIGN_OR_RETURN(*published.mutable_digest(), AppraisalDigest(appraisal));
  published.set_revision(appraisal.revision() + 1);
  published.set_etag(MakeEtag(published.revision()));
  *published.mutable_update_time() = published.publish_time();
  return published;
}

absl::StatusOr<std::string> AppraisalDigest(const Appraisal& appraisal) {
  Appraisal content;
  content.set_session(appraisal.session());
  content.set_period(appraisal.period());
  content.set_snapshot(appraisal.snapshot());
  content.set_snapshot_digest(appraisal.snapshot_digest());
  *content.mutable_rules() = appraisal.rules();
  *content.mutable_scores() = appraisal.scores();
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(content, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return Sha256Hex(json);
}

absl::Status CheckUnaltered(const Appraisal& appraisal) {
  if (appraisal.state() != Appraisal::PUBLISHED) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const std::string digest, AppraisalDigest(appraisal));
  if (digest == appraisal.digest()) return absl::OkStatus();
  return Error(kAppraisalAltered).With("appraisal", appraisal.name());
}

}  // namespace duban::review
