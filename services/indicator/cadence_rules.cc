#include "services/indicator/cadence_rules.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/decimal.h"
#include "common/base/text.h"
#include "common/calendar/period.h"
#include "common/calendar/working_days.h"
#include "services/indicator/fields.h"
#include "services/indicator/plan_rules.h"

namespace duban::indicator {
namespace {

using v1::CadenceRule;

constexpr int kMaxArticles = 1000;

const std::map<CadenceRule::Kind, common::v1::PeriodKind>& Rhythms() {
  static const auto* rhythms = new std::map<CadenceRule::Kind, common::v1::PeriodKind>{
      {CadenceRule::DISPATCH, common::v1::DEKAD},
      {CadenceRule::BULLETIN, common::v1::MONTH},
      {CadenceRule::SUMMARY, common::v1::QUARTER},
      {CadenceRule::APPRAISAL, common::v1::HALF_YEAR}};
  return *rhythms;
}

void CheckWorkdays(const Reason& reason, int workdays, int least, const std::string& path,
                   Violations& out) {
  if (workdays >= least && workdays <= kMaxWorkdays) return;
  AddViolation(reason, path, absl::StrCat("应为 ", least, " 至 ", kMaxWorkdays, " 个工作日"),
               absl::StrCat("it is ", least, " to ", kMaxWorkdays, " working days"), out);
}

void CheckDeadline(const Reason& reason, const v1::DeadlineRule& rule, const std::string& path,
                   Violations& out) {
  CheckWorkdays(reason, rule.offset_workdays(), 0, path + ".offset_workdays", out);
  CheckWorkdays(reason, rule.grace_workdays(), 0, path + ".grace_workdays", out);
  if (rule.grace_workdays() >= 0 && rule.grace_workdays() <= kMaxWorkdays) {
    CheckWorkdays(reason, rule.lock_workdays(), rule.grace_workdays(), path + ".lock_workdays",
                  out);
  }
  const absl::StatusOr<int> cutoff = ParseTimeOfDay(rule.cutoff(), "cutoff");
  if (!cutoff.ok() || *cutoff == 0) {
    AddViolation(reason, path + ".cutoff", "截止时刻应为 00:01 至 23:59",
                 "the cut-off is a time from 00:01 to 23:59", out);
  }
}

// The kinds of rules seen so far, each with the day from which on it is in force.
using Seen = std::set<std::pair<CadenceRule::Kind, std::string>>;

void CheckRule(const CadenceRule& rule, const std::string& here, Seen& seen, Violations& out) {
  const auto rhythm = Rhythms().find(rule.kind());
  if (rhythm == Rhythms().end()) {
    AddViolation(kCadenceInvalid, here + ".kind", "须写明种类", "the kind is required", out);
  } else if (!seen.emplace(rule.kind(), rule.effective_date()).second) {
    AddViolation(kCadenceInvalid, here + ".kind", "每种自同一天起只有一条规则",
                 "each kind has one rule from a day on", out);
  } else if (rule.every() != rhythm->second) {
    AddViolation(kCadenceInvalid, here + ".every", "应为旬调度、月通报、季总结、半年讲评",
                 "DISPATCH is by DEKAD, BULLETIN by MONTH, SUMMARY by QUARTER, APPRAISAL by "
                 "HALF_YEAR",
                 out);
  }
  CheckDeadline(kCadenceInvalid, rule.deadline(), here + ".deadline", out);
}

void CheckDayOfPlan(const std::string& date, const v1::Plan& plan, const std::string& path,
                    Violations& out) {
  const absl::StatusOr<absl::CivilDay> day = ParseDate(date, path);
  if (!day.ok()) {
    out.Add("", day.status());
  } else if (day->year() != plan.year()) {
    out.Add("", FieldInvalid(path, "不在方案年度之内", "it is not in the plan's year"));
  }
}

}  // namespace

void CheckCadences(const v1::Plan& plan, const std::string& path, Violations& out) {
  Seen seen;
  for (int i = 0; i < plan.cadences_size(); ++i) {
    const CadenceRule& rule = plan.cadences(i);
    const std::string here = At(path, i);
    CheckRule(rule, here, seen, out);
    if (rule.effective_date().empty()) continue;
    CheckDayOfPlan(rule.effective_date(), plan, here + ".effective_date", out);
  }
  for (const auto& [kind, rhythm] : Rhythms()) {
    if (seen.contains({kind, ""})) continue;
    const std::string name = CadenceRule::Kind_Name(kind);
    AddViolation(kCadenceInvalid, path, absl::StrCat("缺少 ", name, " 自始的规则"),
                 absl::StrCat("there is no rule for ", name, " from the beginning"), out);
  }
}

absl::Status CheckCadenceAmendment(const v1::Plan& plan, const v1::AmendCadencesRequest& request) {
  Violations violations;
  CheckTextField(request.reason(), "reason", kReasonCharacters, true, violations);
  CheckTextField(request.document_number(), "document_number", kMaxNameCharacters, false,
                 violations);
  CheckDayOfPlan(request.effective_date(), plan, "effective_date", violations);
  if (request.rules().empty()) {
    violations.Add("", FieldInvalid("rules", "至少一条", "there is at least one"));
  }
  Seen seen;
  for (int i = 0; i < request.rules_size(); ++i) {
    const std::string here = At("rules", i);
    CheckRule(request.rules(i), here, seen, violations);
    if (request.rules(i).effective_date().empty()) continue;
    violations.Add("", FieldInvalid(here + ".effective_date", "由 effective_date 统一指定",
                                    "the request's effective_date holds for all"));
  }
  return violations.ToStatus(kRequestInvalid, absl::StatusCode::kInvalidArgument);
}

void PutCadencesInForce(const v1::AmendCadencesRequest& request, v1::Plan* plan) {
  std::map<std::pair<CadenceRule::Kind, std::string>, CadenceRule> rules;
  std::set<CadenceRule::Kind> amended;
  for (const CadenceRule& rule : request.rules()) amended.insert(rule.kind());
  for (const CadenceRule& rule : plan->cadences()) {
    // An empty day stands before any other.
    const bool gives_way =
        amended.contains(rule.kind()) && rule.effective_date() >= request.effective_date();
    if (!gives_way) rules[{rule.kind(), rule.effective_date()}] = rule;
  }
  for (const CadenceRule& rule : request.rules()) {
    CadenceRule& since = rules[{rule.kind(), request.effective_date()}] = rule;
    since.set_effective_date(request.effective_date());
  }
  plan->clear_cadences();
  for (auto& [place, rule] : rules) *plan->add_cadences() = std::move(rule);
}

void CheckArticleQuotas(const v1::Plan& plan, const std::string& path, Violations& out) {
  std::set<std::pair<int, int>> seen;
  for (int i = 0; i < plan.article_quotas_size(); ++i) {
    const v1::ArticleQuota& quota = plan.article_quotas(i);
    const std::string here = At(path, i);
    if (quota.type() == v1::ArticleQuota::TYPE_UNSPECIFIED) {
      AddViolation(kArticleQuotaInvalid, here + ".type", "须写明种类", "the type is required", out);
    }
    if (quota.debtor() == v1::ArticleQuota::DEBTOR_UNSPECIFIED) {
      AddViolation(kArticleQuotaInvalid, here + ".debtor", "须写明由谁承担",
                   "who owes it is required", out);
    }
    if (!seen.emplace(quota.type(), quota.debtor()).second) {
      AddViolation(kArticleQuotaInvalid, here, "同一种类同一对象只有一条",
                   "there is one quota for a type and debtor", out);
    }
    if (quota.every() == common::v1::PERIOD_KIND_UNSPECIFIED) {
      AddViolation(kArticleQuotaInvalid, here + ".every", "须写明周期", "the rhythm is required",
                   out);
    }
    if (quota.minimum() < 1 || quota.minimum() > kMaxArticles) {
      AddViolation(kArticleQuotaInvalid, here + ".minimum", "应为 1 至 1000 篇",
                   "it is 1 to 1000 articles", out);
    }
    if (quota.has_deadline()) {
      CheckDeadline(kArticleQuotaInvalid, quota.deadline(), here + ".deadline", out);
    } else if (quota.every() != common::v1::YEAR) {
      AddViolation(kArticleQuotaInvalid, here + ".deadline", "须写明截止规则",
                   "only a yearly quota goes without a deadline", out);
    }
  }
}

void CheckLightBands(const v1::Plan& plan, const std::string& path, Violations& out) {
  const int count = plan.light_bands_size();
  if (count == 0) {
    AddViolation(kLightBandsInvalid, path, "至少一档", "there is at least one band", out);
  }
  int last_light = v1::LIGHT_UNSPECIFIED;
  std::optional<Decimal> last_end;
  for (int i = 0; i < count; ++i) {
    const v1::LightBand& band = plan.light_bands(i);
    const std::string here = At(path, i);
    if (band.light() < v1::GREEN || band.light() > v1::RED) {
      AddViolation(kLightBandsInvalid, here + ".light", "应为绿灯、黄灯或红灯",
                   "a band is GREEN, YELLOW or RED", out);
    } else if (band.light() <= last_light) {
      AddViolation(kLightBandsInvalid, here + ".light", "应从绿灯到红灯，每种一档",
                   "bands go from GREEN to RED, each once", out);
    } else {
      last_light = band.light();
    }
    const bool last = i + 1 == count;
    if (last != band.gap_at_least().empty()) {
      AddViolation(kLightBandsInvalid, here + ".gap_at_least",
                   last ? "最后一档没有下限，否则更低的差距没有灯" : "只有最后一档没有下限",
                   last ? "the last band has no lower end, else lower gaps have no light"
                        : "only the last band has no lower end",
                   out);
    }
    const absl::StatusOr<Decimal> end = Decimal::Parse(band.gap_at_least());
    if (!end.ok()) continue;
    if (last_end && *end >= *last_end) {
      AddViolation(kLightBandsInvalid, here + ".gap_at_least", "下限须逐档降低，否则区间重叠",
                   "lower ends fall from band to band, else bands overlap", out);
    }
    last_end = *end;
  }
}

}  // namespace duban::indicator
