#include "services/submission/obligation_opening.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/status.h"
#include "common/base/timestamp.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "services/submission/report_name.h"

namespace duban::submission {
namespace {

using v1::Obligation;
using v1::Report;

constexpr int kAttempts = 3;

ObligationKey KeyOf(const OwedLine& line, const Opening& opening) {
  Obligation obligation;
  obligation.set_session(opening.session);
  obligation.set_indicator(line.indicator);
  obligation.set_unit(line.unit);
  if (line.articles) obligation.set_article_type(line.articles->type);
  obligation.set_period(opening.period.ToString());
  return submission::KeyOf(obligation);
}

std::vector<ObligationKey> KeysOf(const std::vector<OwedLine>& lines, const Opening& opening) {
  std::vector<ObligationKey> keys;
  for (const OwedLine& line : lines) keys.push_back(KeyOf(line, opening));
  std::sort(keys.begin(), keys.end());
  return keys;
}

EventSubject SubjectOf(const Obligation& obligation, const std::string& plan) {
  return {obligation.name(), obligation.revision(), absl::StrCat("plans/", plan),
          obligation.unit()};
}

}  // namespace

ObligationOpening::ObligationOpening() : audit_("submission"), outbox_("submission") {}

absl::StatusOr<v1::OpenObligationsResponse> ObligationOpening::Open(
    db::Transaction& tx, const server::CallContext& call, const std::string& plan,
    const Opening& opening, const std::vector<OwedLine>& lines) const {
  const std::vector<ObligationKey> keys = KeysOf(lines, opening);
  // Reports' rows are always locked before obligations' rows.
  DUBAN_RETURN_IF_ERROR(obligations_.ListReportsForUpdate(tx, keys).status());
  absl::Status duplicate;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    DUBAN_ASSIGN_OR_RETURN(const std::optional<std::string> period,
                           obligations_.PeriodOfSession(tx, plan, LastId(opening.session)));
    if (period && *period != opening.period.ToString()) {
      return Error(kSessionPeriodMismatch)
          .With("session", opening.session)
          .With("existing", *period)
          .With("period", opening.period.ToString())
          .Field("period");
    }
    DUBAN_ASSIGN_OR_RETURN(const std::vector<Obligation> existing,
                           obligations_.ListForUpdate(tx, keys));
    const auto made = Add(tx, call, plan, opening, lines, existing);
    if (db::IsDuplicate(made.status())) {
      duplicate = made.status();
      continue;
    }
    DUBAN_RETURN_IF_ERROR(made.status());
    v1::OpenObligationsResponse response;
    response.set_existing(static_cast<int>(existing.size()));
    response.set_created(static_cast<int>(made->size()));
    DUBAN_ASSIGN_OR_RETURN(const int rescheduled, RescheduleAll(tx, call, plan, opening, existing));
    response.set_rescheduled(rescheduled);
    return response;
  }
  return duplicate;
}

absl::StatusOr<std::vector<Obligation>> ObligationOpening::Add(
    db::Transaction& tx, const server::CallContext& call, const std::string& plan,
    const Opening& opening, const std::vector<OwedLine>& lines,
    const std::vector<Obligation>& existing) const {
  std::set<ObligationKey> there;
  for (const Obligation& obligation : existing) there.insert(submission::KeyOf(obligation));
  std::vector<Obligation> made;
  for (const OwedLine& line : lines) {
    if (there.contains(KeyOf(line, opening))) continue;
    const ObligationName name = {plan, NewUuid7(call.now())};
    made.push_back(NewObligation(name.ToString(), line, opening, call.now()));
  }
  DUBAN_RETURN_IF_ERROR(obligations_.Insert(tx, made));
  DUBAN_RETURN_IF_ERROR(MeetFromReports(tx, call, &made));
  DUBAN_RETURN_IF_ERROR(MeetFromArticles(tx, call, plan, lines, &made));
  for (const Obligation& obligation : made) {
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, obligation.name(), Obligation(), obligation));
    v1::ObligationOpened event;
    DescribeObligation(obligation, &event);
    event.set_session(obligation.session());
    event.set_met(obligation.has_first_submit_time());
    *event.mutable_due_time() = obligation.due_time();
    *event.mutable_lock_time() = obligation.lock_time();
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.submission.obligation.opened",
                                         SubjectOf(obligation, plan), event, call.now()));
  }
  return made;
}

absl::Status ObligationOpening::MeetFromReports(db::Transaction& tx,
                                                const server::CallContext& call,
                                                std::vector<Obligation>* made) const {
  std::map<ObligationKey, Obligation*> by_key;
  std::vector<ObligationKey> keys;
  for (Obligation& obligation : *made) by_key[submission::KeyOf(obligation)] = &obligation;
  for (const auto& [key, obligation] : by_key) keys.push_back(key);
  // Asked after the insert: a submission either came before and is seen here, or waits for this
  // transaction and sees its obligation.
  DUBAN_ASSIGN_OR_RETURN(const std::vector<Report> reports,
                         obligations_.ListReportsForUpdate(tx, keys));
  std::map<ObligationKey, const Report*> first;  // of an accepted report and its corrections
  for (const Report& report : reports) {
    if (!IsSubmitted(report)) continue;
    const auto [place, is_new] = first.emplace(submission::KeyOf(report), &report);
    const Report& other = *place->second;
    if (!is_new &&
        FromTimestamp(report.first_submit_time()) < FromTimestamp(other.first_submit_time())) {
      place->second = &report;
    }
  }
  std::vector<Obligation> met;
  for (const auto& [key, report] : first) {
    Obligation* obligation = by_key.at(key);
    *obligation =
        *Meet(*obligation, report->name(), FromTimestamp(report->first_submit_time()), call.now());
    met.push_back(*obligation);
  }
  return obligations_.Write(tx, met);
}

absl::Status ObligationOpening::MeetFromArticles(db::Transaction& tx,
                                                 const server::CallContext& call,
                                                 const std::string& plan,
                                                 const std::vector<OwedLine>& lines,
                                                 std::vector<Obligation>* made) const {
  std::map<std::string, const ArticleDebt*> debts;  // by type and unit; they are of one period
  for (const OwedLine& line : lines) {
    if (line.articles) debts[absl::StrCat(line.articles->type, line.unit)] = &*line.articles;
  }
  std::vector<Obligation> met;
  for (Obligation& obligation : *made) {
    if (!obligation.indicator().empty()) continue;
    const ArticleDebt& debt = *debts.at(absl::StrCat(obligation.article_type(), obligation.unit()));
    DUBAN_ASSIGN_OR_RETURN(const std::vector<absl::Time> times,
                           articles_.TimesForNew(tx, plan, debt));
    const std::optional<Obligation> next = MeetQuota(obligation, times, call.now());
    if (!next) continue;
    obligation = *next;
    met.push_back(*next);
  }
  return obligations_.Write(tx, met);
}

absl::StatusOr<int> ObligationOpening::RescheduleAll(
    db::Transaction& tx, const server::CallContext& call, const std::string& plan,
    const Opening& opening, const std::vector<Obligation>& existing) const {
  std::vector<Obligation> moved;
  for (const Obligation& before : existing) {
    const std::optional<Obligation> after = Reschedule(before, opening, call.now());
    if (!after) continue;
    moved.push_back(*after);
    DUBAN_RETURN_IF_ERROR(audit_.Append(tx, call, after->name(), before, *after));
    v1::ObligationRescheduled event;
    DescribeObligation(*after, &event);
    *event.mutable_due_time() = after->due_time();
    *event.mutable_lock_time() = after->lock_time();
    DUBAN_RETURN_IF_ERROR(outbox_.Append(tx, "duban.submission.obligation.rescheduled",
                                         SubjectOf(*after, plan), event, call.now()));
  }
  DUBAN_RETURN_IF_ERROR(obligations_.Write(tx, moved));
  return static_cast<int>(moved.size());
}

}  // namespace duban::submission
