#include "services/submission/submissions.h"

#include <string_view>
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

absl::Status Exists(const std::string& report) {
  return Error(kReportExists).With("report", report);
}

// The report that an entered one becomes: the live one in work with its values, or a new one.
absl::StatusOr<Report> Target(const ReportSubmission& item,
                              const std::vector<const Report*>& live) {
  for (const Report* report : live) {
    if (item.only_new) return Exists(report->name());
    if (report->state() != Report::ACCEPTED) return *report;
  }
  if (!live.empty()) return Exists(live.front()->name());
  const ReportName name = {LastId(item.plan->plan().name()), NewUuid7(item.call->now())};
  Report fresh = NewReport(*item.entered, name.ToString(), item.call->now());
  fresh.set_revision(0);  // it is written when it is submitted, as revision 1
  return fresh;
}

}  // namespace

absl::StatusOr<std::vector<absl::StatusOr<Report>>> Submissions::Submit(
    db::Transaction& tx, const std::vector<ReportSubmission>& items) const {
  std::vector<Work> works;
  works.reserve(items.size());
  for (const ReportSubmission& item : items) works.emplace_back().item = &item;
  FindTwins(&works);
  DUBAN_RETURN_IF_ERROR(FindLines(tx, &works));
  DUBAN_RETURN_IF_ERROR(LockReports(tx, &works));
  LockedObligations obligations;
  DUBAN_ASSIGN_OR_RETURN(ComparableFigures figures, GatherFacts(tx, &works, &obligations));
  JudgeAll(&works, &figures);
  DUBAN_RETURN_IF_ERROR(AnswerRepeats(tx, &works));
  DUBAN_RETURN_IF_ERROR(WriteAll(tx, works, &obligations));
  std::vector<absl::StatusOr<Report>> answers = AnswersOf(&works);
  DUBAN_RETURN_IF_ERROR(RecordReplies(tx, works, answers));
  return answers;
}

std::vector<absl::StatusOr<Report>> Submissions::AnswersOf(std::vector<Work>* works) {
  std::vector<absl::StatusOr<Report>> answers;
  answers.reserve(works->size());
  for (Work& work : *works) {
    if (work.twin != nullptr) {
      answers.push_back(answers[static_cast<size_t>(work.twin - works->data())]);
    } else if (work.answer->ok() && !work.repeated) {
      const ReportSubmission& item = *work.item;
      answers.emplace_back(Shown(*item.call, *item.plan, **std::move(work.answer)));
    } else {
      answers.push_back(*std::move(work.answer));
    }
  }
  return answers;
}

void Submissions::JudgeAll(std::vector<Work>* works, ComparableFigures* figures) {
  std::map<std::string_view, const Report*> moved;  // by name, as the last of the works left it
  std::map<Line, const Report*> added;              // the new ones, by line and period
  for (Work& work : *works) {
    if (work.answer || work.twin != nullptr) continue;
    const ReportSubmission& item = *work.item;
    const Report** place = work.IsNew() ? &added[LineAndPeriodOf(work.before)] : nullptr;
    if (place != nullptr && *place != nullptr) {
      if (item.only_new) {
        work.answer = Exists((**place).name());
        continue;
      }
      work.before = *moved.at((**place).name());
    }
    const auto earlier = moved.find(work.before.name());
    if (earlier != moved.end()) work.before = *earlier->second;
    work.facts.comparables = figures->For(*item.plan, work.before, item.call->now());
    work.answer = Judge(work);
    if (!work.answer->ok()) continue;
    const Report& submitted = **work.answer;
    figures->Hold(submitted);
    moved[submitted.name()] = &submitted;
    if (work.IsNew()) *place = &submitted;
  }
}

absl::StatusOr<Report> Submissions::Judge(const Work& work) {
  const ReportSubmission& item = *work.item;
  const auto judge = [&](const Report& said) {
    return JudgeSubmission(said, *item.plan, ActorOf(*item.call), work.facts, item.call->now());
  };
  if (!item.entered || work.IsNew()) return judge(work.before);
  Report said = work.before;
  DUBAN_RETURN_IF_ERROR(server::ApplyUpdateMask({}, *item.entered, &said));
  return judge(said);
}

void Submissions::FindTwins(std::vector<Work>* works) {
  std::map<std::string, Work*> first;
  for (Work& work : *works) {
    if (!work.item->key || work.item->key->made_by_server) continue;
    const auto [place, is_first] = first.emplace(KeyText(*work.item->key), &work);
    if (is_first) continue;
    if (place->second->item->key->fingerprint == work.item->key->fingerprint) {
      work.twin = place->second;
    } else {
      work.answer = db::RequestIdReused(*work.item->key);
    }
  }
}

absl::Status Submissions::AnswerRepeats(db::Transaction& tx, std::vector<Work>* works) {
  std::vector<db::RequestKey> keys;
  std::vector<Work*> asking;
  for (Work& work : *works) {
    if (!work.item->key || work.twin != nullptr || work.answer->ok()) continue;
    keys.push_back(*work.item->key);
    asking.push_back(&work);
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
  std::vector<const Report*> asked;
  for (const Work& work : *works) {
    if (work.answer || !work.item->entered) continue;
    asked.push_back(&*work.item->entered);
  }
  if (asked.empty()) return absl::OkStatus();
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> found, reports_->store().ListLive(tx, asked));
  std::map<Line, std::vector<const Report*>> live;
  for (const Report& report : found) live[LineAndPeriodOf(report)].push_back(&report);
  for (Work& work : *works) {
    if (work.answer || !work.item->entered) continue;
    absl::StatusOr<Report> target = Target(*work.item, live[LineAndPeriodOf(*work.item->entered)]);
    if (!target.ok()) {
      work.answer = target.status();
      continue;
    }
    work.before = *std::move(target);
    if (!work.IsNew()) continue;  // its etag is checked under its lock
    absl::Status fresh = CheckEtag(work.item->etag, "");
    if (!fresh.ok()) work.answer = std::move(fresh);
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
  std::map<std::string_view, const Report*> by_name;
  for (const Report& report : found) by_name.emplace(report.name(), &report);
  for (Work& work : *works) {
    if (!waits(work)) continue;
    const std::string name = name_of(work);
    const auto place = by_name.find(name);
    const Report* report = place == by_name.end() ? nullptr : place->second;
    absl::Status fresh = reports_->CheckSeen(*work.item->call, wanted.at(name), report);
    if (fresh.ok()) fresh = CheckEtag(work.item->etag, report->etag());
    if (fresh.ok()) {
      work.before = *report;
    } else {
      work.answer = std::move(fresh);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ComparableFigures> Submissions::GatherFacts(db::Transaction& tx,
                                                           std::vector<Work>* works,
                                                           LockedObligations* obligations) const {
  std::vector<ObligationKey> keys;
  std::vector<const Report*> attaching;  // what is stored was judged when it was written
  std::vector<std::pair<const indicator::v1::PlanHistory*, const Report*>> compared;
  std::vector<Work*> asking;
  absl::Time now;
  for (Work& work : *works) {
    if (work.answer || work.twin != nullptr) continue;
    keys.push_back(KeyOf(work.before));
    const auto& entered = work.item->entered;
    attaching.push_back(entered ? &*entered : &Report::default_instance());
    compared.emplace_back(work.item->plan.get(), &work.before);
    asking.push_back(&work);
    now = work.item->call->now();
  }
  if (asking.empty()) return ComparableFigures();
  DUBAN_ASSIGN_OR_RETURN(*obligations, fulfilment_.Lock(tx, keys));
  DUBAN_ASSIGN_OR_RETURN(auto missing, evidence_.ListMissing(tx, attaching));
  DUBAN_RETURN_IF_ERROR(ComparableFigures::Lock(tx, compared, now));
  DUBAN_ASSIGN_OR_RETURN(ComparableFigures figures, ComparableFigures::Read(tx, compared, now));
  for (size_t i = 0; i < asking.size(); ++i) {
    SubmissionFacts& facts = asking[i]->facts;
    facts.before = figures.Before(asking[i]->before);
    facts.missing_evidence = std::move(missing[i]);
    const auto obligation = obligations->find(keys[i]);
    if (obligation != obligations->end()) facts.obligation = obligation->second;
  }
  return figures;
}

absl::Status Submissions::WriteAll(db::Transaction& tx, const std::vector<Work>& works,
                                   LockedObligations* obligations) const {
  std::vector<ReportWrite> writes;
  std::vector<const Report*> added;
  for (const Work& work : works) {
    if (work.twin != nullptr || work.repeated || !work.answer->ok()) continue;
    const Report* after = &**work.answer;
    const Report* before = work.IsNew() ? nullptr : &work.before;
    writes.push_back({work.item->call, before, after, {Report::SUBMIT, ""}});
    if (work.IsNew()) added.push_back(after);
  }
  if (writes.empty()) return absl::OkStatus();
  DUBAN_RETURN_IF_ERROR(reports_->Write(tx, writes));
  DUBAN_RETURN_IF_ERROR(CheckPlaces(tx, added));
  return fulfilment_.Meet(tx, writes, obligations);
}

absl::Status Submissions::CheckPlaces(db::Transaction& tx,
                                      const std::vector<const Report*>& added) const {
  if (added.empty()) return absl::OkStatus();
  // Accepted since the lines were looked at; only now does the new one hold the place for work.
  DUBAN_ASSIGN_OR_RETURN(const std::optional<std::string> accepted,
                         reports_->store().FindAccepted(tx, added));
  return accepted ? Exists(*accepted) : absl::OkStatus();
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
