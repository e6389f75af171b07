#include "services/submission/submissions.h"

#include <tuple>
#include <utility>

#include "common/base/id.h"
#include "common/base/status.h"
#include "common/server/update_mask.h"
#include "services/submission/report_rules.h"
#include "services/submission/standing_rules.h"
#include "services/submission/submission_rules.h"

namespace duban::submission {

using v1::Report;

// One item on its way.
struct Submissions::Work {
  const ReportSubmission* item = nullptr;
  std::optional<absl::StatusOr<Report>> answer;  // there as soon as the item is settled
  bool repeated = false;                         // the answer is recorded already
  const Work* twin = nullptr;                    // the earlier item with the same key
  Report before;                                 // revision 0: there is none yet
  SubmissionFacts facts;

  bool IsNew() const { return before.revision() == 0; }
};

namespace {

using Line = std::tuple<std::string, std::string, std::string>;  // indicator, unit, period

Line LineAndPeriodOf(const Report& report) {
  return {report.indicator(), report.unit(), report.period()};
}

std::string KeyText(const db::RequestKey& key) { return key.caller + "\n" + key.request_id; }

absl::Status Exists(const Report& report) {
  return Error(kReportExists).With("report", report.name());
}

// The report that an entered one becomes: the live one in work with its values, or a new one.
absl::StatusOr<Report> Target(const ReportSubmission& item,
                              const std::vector<const Report*>& live) {
  for (const Report* report : live) {
    if (item.only_new) return Exists(*report);
    if (report->state() != Report::ACCEPTED) return *report;
  }
  if (!live.empty()) return Exists(*live.front());
  const ReportName name = {LastId(item.plan->plan().name()), NewUuid7(item.call->now())};
  Report fresh = NewReport(*item.entered, name.ToString(), item.call->now());
  fresh.set_revision(0);  // it is written when it is submitted, as revision 1
  return fresh;
}

// What the report says before it is submitted.
absl::StatusOr<Report> WithEntered(const ReportSubmission& item, const Report& before) {
  if (!item.entered || before.revision() == 0) return before;
  Report after = before;
  DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask({}, *item.entered, &after));
  return after;
}

}  // namespace

absl::StatusOr<std::vector<absl::StatusOr<Report>>> Submissions::Submit(
    db::Transaction& tx, const std::vector<ReportSubmission>& items) const {
  std::vector<Work> works;
  works.reserve(items.size());
  for (const ReportSubmission& item : items) works.emplace_back().item = &item;
  DUBAN_RETURN_IF_ERROR(AnswerRepeats(tx, &works));
  DUBAN_RETURN_IF_ERROR(FindLines(tx, &works));
  DUBAN_RETURN_IF_ERROR(LockReports(tx, &works));
  LockedObligations obligations;
  DUBAN_ASSIGN_OR_RETURN(ComparableFigures figures, GatherFacts(tx, &works, &obligations));
  JudgeAll(&works, &figures);
  DUBAN_RETURN_IF_ERROR(WriteAll(tx, works, &obligations));
  std::vector<absl::StatusOr<Report>> answers = AnswersOf(works);
  DUBAN_RETURN_IF_ERROR(RecordReplies(tx, works, answers));
  return answers;
}

std::vector<absl::StatusOr<Report>> Submissions::AnswersOf(const std::vector<Work>& works) {
  std::vector<absl::StatusOr<Report>> answers;
  answers.reserve(works.size());
  for (const Work& work : works) {
    const Work& told = work.twin != nullptr ? *work.twin : work;
    if (told.answer->ok() && !told.repeated) {
      answers.emplace_back(Shown(*told.item->call, *told.item->plan, **told.answer));
    } else {
      answers.push_back(*told.answer);
    }
  }
  return answers;
}

void Submissions::JudgeAll(std::vector<Work>* works, ComparableFigures* figures) {
  std::map<std::string, Report> moved;  // by name
  std::map<Line, const Report*> added;  // the new ones among them, by line and period
  for (Work& work : *works) {
    if (work.answer || work.twin != nullptr) continue;
    const ReportSubmission& item = *work.item;
    const Line line = LineAndPeriodOf(work.before);
    if (const auto first = added.find(line); work.IsNew() && first != added.end()) {
      if (item.only_new) {
        work.answer = Exists(*first->second);
        continue;
      }
      work.before = *first->second;
    }
    const auto earlier = moved.find(work.before.name());
    if (earlier != moved.end()) work.before = earlier->second;
    work.facts.comparables = figures->For(*item.plan, work.before, item.call->now());
    absl::StatusOr<Report> given = WithEntered(item, work.before);
    work.answer = !given.ok() ? given
                              : JudgeSubmission(*given, *item.plan, ActorOf(*item.call), work.facts,
                                                item.call->now());
    if (!work.answer->ok()) continue;
    figures->Hold(**work.answer);
    const auto place = moved.insert_or_assign((**work.answer).name(), **work.answer).first;
    if (work.IsNew()) added.emplace(line, &place->second);
  }
}

absl::Status Submissions::AnswerRepeats(db::Transaction& tx, std::vector<Work>* works) const {
  std::vector<db::RequestKey> keys;
  std::vector<Work*> asking;
  std::map<std::string, Work*> first;
  for (Work& work : *works) {
    if (!work.item->key || work.item->key->made_by_server) continue;
    const auto [place, is_first] = first.emplace(KeyText(*work.item->key), &work);
    if (is_first) {
      keys.push_back(*work.item->key);
      asking.push_back(&work);
    } else if (place->second->item->key->fingerprint == work.item->key->fingerprint) {
      work.twin = place->second;
    } else {
      work.answer = db::RequestIdReused(*work.item->key);
    }
  }
  if (keys.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const auto replies, db::FindReplies(tx, keys));
  for (size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i].ok()) asking[i]->answer = replies[i].status();
    if (!replies[i].ok() || !replies[i]->has_value()) continue;
    Report recorded;
    if (!recorded.ParseFromString(**replies[i])) {
      return absl::InternalError("the recorded reply does not parse");
    }
    asking[i]->answer = std::move(recorded);
    asking[i]->repeated = true;
  }
  return absl::OkStatus();
}

absl::Status Submissions::FindLines(db::Transaction& tx, std::vector<Work>* works) const {
  std::vector<Report> asked;
  for (const Work& work : *works) {
    if (work.answer || !work.item->entered) continue;
    asked.push_back(*work.item->entered);
  }
  if (asked.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> found, reports_->store().ListLive(tx, asked));
  std::map<Line, std::vector<const Report*>> live;
  for (const Report& report : found) live[LineAndPeriodOf(report)].push_back(&report);
  for (Work& work : *works) {
    if (work.answer || !work.item->entered) continue;
    absl::StatusOr<Report> target = Target(*work.item, live[LineAndPeriodOf(*work.item->entered)]);
    if (target.ok()) {
      work.before = *std::move(target);
    } else {
      work.answer = target.status();
    }
  }
  return absl::OkStatus();
}

absl::Status Submissions::LockReports(db::Transaction& tx, std::vector<Work>* works) const {
  const auto name_of = [](const Work& work) {
    return work.item->entered ? work.before.name() : work.item->name.ToString();
  };
  const auto waits = [](const Work& work) {
    return !work.answer && work.twin == nullptr && (!work.item->entered || !work.IsNew());
  };
  std::map<std::string, ReportName> wanted;
  for (const Work& work : *works) {
    if (!waits(work)) continue;
    DUBAN_ASSIGN_OR_RETURN(wanted[name_of(work)], ParseReportName(name_of(work), "name"));
  }
  if (wanted.empty()) return absl::OkStatus();
  std::vector<ReportName> names;
  for (const auto& [text, name] : wanted) names.push_back(name);
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> found,
                         reports_->store().GetForUpdate(tx, std::move(names)));
  std::map<std::string, const Report*> by_name;
  for (const Report& report : found) by_name.emplace(report.name(), &report);
  for (Work& work : *works) {
    if (!waits(work)) continue;
    const server::CallContext& call = *work.item->call;
    const auto place = by_name.find(name_of(work));
    const auto report = place == by_name.end() ? std::nullopt : std::optional(*place->second);
    absl::StatusOr<Report> seen = reports_->Seen(call, wanted.at(name_of(work)), report);
    if (const absl::Status fresh =
            seen.ok() ? CheckEtag(work.item->etag, seen->etag()) : seen.status();
        !fresh.ok()) {
      work.answer = fresh;
    } else {
      work.before = *std::move(seen);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ComparableFigures> Submissions::GatherFacts(db::Transaction& tx,
                                                           std::vector<Work>* works,
                                                           LockedObligations* obligations) const {
  std::vector<Report> reports;
  std::vector<Report> attaching;  // what is stored was judged when it was written
  std::vector<std::pair<const indicator::v1::PlanHistory*, const Report*>> compared;
  std::vector<Work*> asking;
  absl::Time now;
  for (Work& work : *works) {
    if (work.answer || work.twin != nullptr) continue;
    reports.push_back(work.before);
    attaching.push_back(work.item->entered.value_or(Report()));
    compared.emplace_back(work.item->plan.get(), &work.before);
    asking.push_back(&work);
    now = work.item->call->now();
  }
  if (asking.empty()) return ComparableFigures();
  DUBAN_ASSIGN_OR_RETURN(*obligations, fulfilment_.Lock(tx, reports));
  DUBAN_ASSIGN_OR_RETURN(auto missing, evidence_.ListMissing(tx, attaching));
  DUBAN_RETURN_IF_ERROR(ComparableFigures::Lock(tx, compared, now));
  DUBAN_ASSIGN_OR_RETURN(ComparableFigures figures, ComparableFigures::Read(tx, compared, now));
  for (size_t i = 0; i < asking.size(); ++i) {
    SubmissionFacts& facts = asking[i]->facts;
    facts.before = figures.Before(asking[i]->before);
    facts.missing_evidence = std::move(missing[i]);
    const auto obligation = obligations->find(KeyOf(asking[i]->before));
    if (obligation != obligations->end()) facts.obligation = obligation->second;
  }
  return figures;
}

absl::Status Submissions::WriteAll(db::Transaction& tx, const std::vector<Work>& works,
                                   LockedObligations* obligations) const {
  std::vector<ReportWrite> writes;
  std::vector<Report> added;
  for (const Work& work : works) {
    if (work.twin != nullptr || work.repeated || !work.answer->ok()) continue;
    writes.push_back({work.item->call, work.before, **work.answer, {Report::SUBMIT, ""}});
    if (work.IsNew()) added.push_back(**work.answer);
  }
  if (writes.empty()) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(reports_->Write(tx, writes));
  DUBAN_RETURN_IF_ERROR(CheckPlaces(tx, added));
  return fulfilment_.Meet(tx, writes, obligations);
}

absl::Status Submissions::CheckPlaces(db::Transaction& tx, const std::vector<Report>& added) const {
  if (added.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> live, reports_->store().ListLive(tx, added));
  for (const Report& report : live) {
    // Accepted since the lines were looked at; only now does the new one hold the place for work.
    if (report.state() == Report::ACCEPTED) return Exists(report);
  }
  return absl::OkStatus();
}

absl::Status Submissions::RecordReplies(db::Transaction& tx, const std::vector<Work>& works,
                                        const std::vector<absl::StatusOr<Report>>& answers) {
  std::vector<db::RequestReply> replies;
  absl::Time now;
  for (size_t i = 0; i < works.size(); ++i) {
    const Work& work = works[i];
    if (!work.item->key || work.twin != nullptr || work.repeated || !answers[i].ok()) continue;
    now = work.item->call->now();
    replies.push_back({*work.item->key, answers[i]->SerializeAsString()});
  }
  return db::RecordReplies(tx, replies, now);
}

}  // namespace duban::submission
