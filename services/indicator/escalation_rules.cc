#include "services/indicator/escalation_rules.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "common/calendar/working_days.h"
#include "services/indicator/fields.h"

namespace duban::indicator {
namespace {

using v1::EscalationStep;

constexpr int kMaxSteps = 20;
constexpr int kMaxUnitsCharacters = 500;
constexpr int kMaxPrefixCharacters = 20;
constexpr size_t kMaxRegion = 12;

bool IsRegion(std::string_view region) {
  return region.size() <= kMaxRegion &&
         absl::ascii_isupper(static_cast<unsigned char>(region[0])) && region.back() != '-' &&
         std::all_of(region.begin(), region.end(), [](unsigned char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

void CheckStyleForm(const v1::DocumentStyle& style, const std::string& path, Violations& out) {
  CheckTextField(style.issuing_organ(), path + ".issuing_organ", kMaxNameCharacters, true, out);
  CheckTextField(style.number_prefix(), path + ".number_prefix", kMaxPrefixCharacters, true, out);
  CheckTextField(style.recipients(), path + ".recipients", kMaxUnitsCharacters, true, out);
  CheckTextField(style.copies(), path + ".copies", kMaxUnitsCharacters, false, out);
  CheckTextField(style.printing_organ(), path + ".printing_organ", kMaxNameCharacters, false, out);
}

void CheckDay(const EscalationStep& step, const std::string& path, Violations& out) {
  const int day = step.workdays_from_due();
  if (day < -kMaxWorkdays || day > kMaxWorkdays) {
    AddViolation(kEscalationInvalid, path, "应为 -60 至 60 个工作日",
                 "it is -60 to 60 working days", out);
  } else if ((step.kind() == EscalationStep::DUE_SOON) != (day < 0)) {
    AddViolation(kEscalationInvalid, path, "临期提醒在到期日之前，其余各级不早于到期日",
                 "DUE_SOON is before the due day, the other steps are on it or after it", out);
  }
}

void CheckMinimum(const EscalationStep& step, bool first, const std::string& path,
                  Violations& out) {
  const int least = first ? 0 : 1;
  if (step.minimum_workdays() >= least && step.minimum_workdays() <= kMaxWorkdays) return;
  AddViolation(kEscalationInvalid, path, "第一级为 0 至 60 个工作日，其后为 1 至 60 个",
               "it is 0 to 60 working days for the first step and 1 to 60 for the others", out);
}

}  // namespace

void CheckReviewForm(const v1::Plan& plan, const std::string& path, Violations& out) {
  if (!plan.calendar_region().empty() && !IsRegion(plan.calendar_region())) {
    out.Add("", FieldInvalid(path + ".calendar_region", "应为大写字母开头的地区代码，例如 CN",
                             "it is a region's code of capital letters, such as CN"));
  }
  const int lead = plan.lead_time().minimum_workdays();
  if (lead < 0 || lead > kMaxWorkdays) {
    out.Add("", FieldInvalid(path + ".lead_time.minimum_workdays", "应为 0 至 60 个工作日",
                             "it is 0 to 60 working days"));
  }
  CheckLength(plan.escalation().steps_size(), kMaxSteps, path + ".escalation.steps", out);
  if (plan.has_document_style()) {
    CheckStyleForm(plan.document_style(), path + ".document_style", out);
  }
}

void CheckEscalation(const v1::Plan& plan, const std::string& path, Violations& out) {
  if (!plan.has_escalation()) return;
  const v1::EscalationLadder& ladder = plan.escalation();
  if (ladder.steps().empty()) {
    AddViolation(kEscalationInvalid, path + ".steps", "至少一级", "there is at least one step",
                 out);
  }
  for (int i = 0; i < ladder.steps_size(); ++i) {
    const EscalationStep& step = ladder.steps(i);
    const std::string here = At(path + ".steps", i);
    if (step.kind() == EscalationStep::KIND_UNSPECIFIED) {
      AddViolation(kEscalationInvalid, here + ".kind", "须写明种类", "the kind is required", out);
      continue;
    }
    CheckDay(step, here + ".workdays_from_due", out);
    CheckMinimum(step, i == 0, here + ".minimum_workdays", out);
    if (i == 0) continue;
    if (step.kind() <= ladder.steps(i - 1).kind()) {
      AddViolation(kEscalationInvalid, here + ".kind", "须由轻到重，每级一次",
                   "steps go from the mildest to the hardest, each once", out);
    } else if (step.workdays_from_due() <= ladder.steps(i - 1).workdays_from_due()) {
      AddViolation(kEscalationInvalid, here + ".workdays_from_due", "须晚于上一级",
                   "it is later than the step before", out);
    }
  }
  const absl::StatusOr<int> cutoff = ParseTimeOfDay(ladder.cutoff(), "cutoff");
  if (!cutoff.ok() || *cutoff == 0) {
    AddViolation(kEscalationInvalid, path + ".cutoff", "时刻应为 00:01 至 23:59",
                 "the time of day is from 00:01 to 23:59", out);
  }
}

}  // namespace duban::indicator
