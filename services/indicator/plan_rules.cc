#include "services/indicator/plan_rules.h"

#include <iterator>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/base/text.h"
#include "common/calendar/working_days.h"
#include "services/indicator/cadence_rules.h"
#include "services/indicator/consistency_rules.h"
#include "services/indicator/escalation_rules.h"
#include "services/indicator/fields.h"
#include "services/indicator/scoring_rules.h"

namespace duban::indicator {
namespace {

using v1::Plan;
using v1::WorkGroup;

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2100;
constexpr int kMaxEntries = 200;

struct Transition {
  PlanMove move;
  const char* name;
  Plan::State from;
  Plan::State to;
};

constexpr Transition kTransitions[] = {
    {PlanMove::kEdit, "edit", Plan::DRAFT, Plan::DRAFT},
    {PlanMove::kDelete, "delete", Plan::DRAFT, Plan::DRAFT},
    {PlanMove::kPublish, "publish", Plan::DRAFT, Plan::PUBLISHED},
    {PlanMove::kAmend, "amend", Plan::PUBLISHED, Plan::PUBLISHED},
    {PlanMove::kClose, "close", Plan::PUBLISHED, Plan::CLOSED},
};

std::string AllowedIn(Plan::State state) {
  std::vector<std::string> names;
  for (const Transition& transition : kTransitions) {
    if (transition.from == state) names.push_back(transition.name);
  }
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

// Zone names only: LoadTimeZone would also read a file by its path.
bool IsTimeZone(const std::string& name) {
  for (const char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '/' && c != '_' && c != '-' &&
        c != '+') {
      return false;
    }
  }
  absl::TimeZone zone;
  return !name.empty() && name.front() != '/' && absl::LoadTimeZone(name, &zone);
}

void CheckNames(const google::protobuf::RepeatedPtrField<std::string>& names,
                const std::string& path, Violations& out) {
  CheckLength(names.size(), kMaxEntries, path, out);
  for (int i = 0; i < names.size(); ++i) CheckNameField(names[i], "units/*", At(path, i), out);
}

void CheckPostForm(const WorkGroup::Post& post, const std::string& path, Violations& out) {
  CheckTextField(post.title(), path + ".title", kMaxNameCharacters, true, out);
  if (!post.unit().empty()) CheckNameField(post.unit(), "units/*", path + ".unit", out);
}

void CheckWorkGroupForm(const WorkGroup& group, const std::string& path, Violations& out) {
  if (group.has_convener()) CheckPostForm(group.convener(), path + ".convener", out);
  CheckLength(group.deputy_conveners_size(), kMaxEntries, path + ".deputy_conveners", out);
  for (int i = 0; i < group.deputy_conveners_size(); ++i) {
    CheckPostForm(group.deputy_conveners(i), At(path + ".deputy_conveners", i), out);
  }
  CheckNames(group.members(), path + ".members", out);
  if (!group.office().empty()) CheckNameField(group.office(), "units/*", path + ".office", out);
  if (!group.recusal_reviewer().empty()) {
    CheckNameField(group.recusal_reviewer(), "units/*", path + ".recusal_reviewer", out);
  }
}

void CheckTasksForm(const Plan& plan, const std::string& path, Violations& out) {
  CheckLength(plan.tasks_size(), kMaxEntries, path, out);
  for (int i = 0; i < plan.tasks_size(); ++i) {
    const std::string here = At(path, i);
    CheckSlugField(plan.tasks(i).id(), here + ".id", out);
    CheckTextField(plan.tasks(i).title(), here + ".title", kTitleCharacters, true, out);
    CheckNames(plan.tasks(i).leads(), here + ".leads", out);
    CheckNames(plan.tasks(i).supports(), here + ".supports", out);
  }
}

void CheckRemindersForm(const Plan& plan, const std::string& path, Violations& out) {
  CheckLength(plan.reminders_size(), kMaxEntries, path, out);
  for (int i = 0; i < plan.reminders_size(); ++i) {
    const std::string here = At(path, i);
    const v1::Reminder& reminder = plan.reminders(i);
    if (reminder.workdays_from_due() < -30 || reminder.workdays_from_due() > 30) {
      out.Add("", FieldInvalid(here + ".workdays_from_due", "应为 -30 至 30 个工作日",
                               "it is -30 to 30 working days"));
    }
    out.Add("", ParseTimeOfDay(reminder.time_of_day(), here + ".time_of_day").status());
  }
}

void CheckDistinct(const google::protobuf::RepeatedPtrField<std::string>& ids,
                   const std::string& path, std::set<std::string>& seen, Violations& out) {
  for (int i = 0; i < ids.size(); ++i) {
    if (!seen.insert(ids[i]).second) {
      out.Add("", Error(kDuplicateId).With("id", ids[i]).Field(At(path, i)));
    }
  }
}

void CheckReferences(const google::protobuf::RepeatedPtrField<std::string>& units, Naming naming,
                     const PlanScope& scope, const std::string& path, Violations& out) {
  for (int i = 0; i < units.size(); ++i) {
    CheckUnitReference(units[i], naming, scope.units, scope.date, At(path, i), out);
  }
}

void CheckPost(const WorkGroup::Post& post, const PlanScope& scope, const std::string& path,
               Violations& out) {
  if (post.unit().empty()) return;
  CheckUnitReference(post.unit(), Naming::kMention, scope.units, scope.date, path + ".unit", out);
}

void CheckWorkGroup(const WorkGroup& group, const PlanScope& scope, const std::string& path,
                    Violations& out) {
  if (!group.has_convener()) {
    out.Add("", FieldInvalid(path + ".convener", "须写明召集人", "the convener is required"));
  }
  CheckPost(group.convener(), scope, path + ".convener", out);
  for (int i = 0; i < group.deputy_conveners_size(); ++i) {
    CheckPost(group.deputy_conveners(i), scope, At(path + ".deputy_conveners", i), out);
  }
  std::set<std::string> members;
  CheckDistinct(group.members(), path + ".members", members, out);
  CheckReferences(group.members(), Naming::kDuty, scope, path + ".members", out);
  if (group.office().empty()) {
    out.Add("", FieldInvalid(path + ".office", "须写明专班办公室所在单位",
                             "the unit that houses the office is required"));
  } else {
    CheckUnitReference(group.office(), Naming::kDuty, scope.units, scope.date, path + ".office",
                       out);
  }
  const std::string reviewer = path + ".recusal_reviewer";
  if (group.recusal_reviewer().empty()) {
    AddViolation(kRecusalReviewerInvalid, reviewer, "须写明", "it is required", out);
  } else if (group.recusal_reviewer() == group.office()) {
    AddViolation(kRecusalReviewerInvalid, reviewer, "专班办公室不能审核自己",
                 "the office does not judge itself", out);
  } else {
    CheckUnitReference(group.recusal_reviewer(), Naming::kDuty, scope.units, scope.date, reviewer,
                       out);
  }
}

void CheckTasks(const Plan& plan, const PlanScope& scope, const std::string& path,
                Violations& out) {
  std::set<std::string> ids;
  for (int i = 0; i < plan.tasks_size(); ++i) {
    const v1::Task& task = plan.tasks(i);
    const std::string here = At(path, i);
    if (!ids.insert(task.id()).second) {
      out.Add("", Error(kDuplicateId).With("id", task.id()).Field(here + ".id"));
    }
    if (task.leads().empty()) {
      out.Add("", FieldInvalid(here + ".leads", "须写明牵头单位", "a task has at least one lead"));
    }
    std::set<std::string> units;
    CheckDistinct(task.leads(), here + ".leads", units, out);
    CheckDistinct(task.supports(), here + ".supports", units, out);
    CheckReferences(task.leads(), Naming::kMention, scope, here + ".leads", out);
    CheckReferences(task.supports(), Naming::kMention, scope, here + ".supports", out);
  }
}

}  // namespace

absl::StatusOr<Plan::State> StateAfter(const Plan& plan, PlanMove move) {
  const Transition& transition =
      *std::find_if(std::begin(kTransitions), std::end(kTransitions),
                    [&](const Transition& candidate) { return candidate.move == move; });
  if (plan.state() == transition.from) return transition.to;
  return Error(transition.from == Plan::DRAFT ? kPlanNotDraft : kPlanNotPublished)
      .With("plan", plan.name())
      .With("state", Plan::State_Name(plan.state()))
      .With("allowed", AllowedIn(plan.state()))
      .Build();
}

void CheckPlanForm(const Plan& plan, const std::string& path, Violations& out) {
  CheckEnums(plan, path, out);
  CheckTextField(plan.title(), path + ".title", kTitleCharacters, true, out);
  CheckTextField(plan.jurisdiction(), path + ".jurisdiction", kMaxNameCharacters, true, out);
  CheckTextField(plan.interpretation(), path + ".interpretation", kMaxProseCharacters, false, out);
  if (plan.year() < kFirstYear || plan.year() > kLastYear) {
    out.Add("",
            FieldInvalid(path + ".year", "应为 1990 至 2100 年", "it is a year from 1990 to 2100"));
  }
  if (!IsTimeZone(plan.time_zone())) {
    out.Add("", FieldInvalid(path + ".time_zone", "不是时区名称，例如 Asia/Shanghai",
                             "it is not the name of a time zone, such as Asia/Shanghai"));
  }
  CheckLength(plan.parents_size(), kMaxEntries, path + ".parents", out);
  for (int i = 0; i < plan.parents_size(); ++i) {
    CheckTextField(plan.parents(i), At(path + ".parents", i), kTitleCharacters, true, out);
  }
  CheckWorkGroupForm(plan.work_group(), path + ".work_group", out);
  CheckTasksForm(plan, path + ".tasks", out);
  CheckLength(plan.cadences_size(), kMaxEntries, path + ".cadences", out);
  CheckLength(plan.article_quotas_size(), kMaxEntries, path + ".article_quotas", out);
  CheckLength(plan.light_bands_size(), kMaxEntries, path + ".light_bands", out);
  for (int i = 0; i < plan.light_bands_size(); ++i) {
    ReadDecimal(plan.light_bands(i).gap_at_least(), At(path + ".light_bands", i) + ".gap_at_least",
                out);
  }
  CheckPacingForm(plan.default_pacing(), path + ".default_pacing", out);
  CheckRemindersForm(plan, path + ".reminders", out);
  CheckConsistencyForm(plan, path, out);
  CheckScoringForm(plan, path, out);
  CheckReviewForm(plan, path, out);
}

void CheckPlan(const Plan& plan, const PlanScope& scope, const std::string& path, Violations& out) {
  CheckPlanForm(plan, path, out);
  CheckWorkGroup(plan.work_group(), scope, path + ".work_group", out);
  CheckTasks(plan, scope, path + ".tasks", out);
  CheckCadences(plan, path + ".cadences", out);
  CheckArticleQuotas(plan, path + ".article_quotas", out);
  CheckLightBands(plan, path + ".light_bands", out);
  CheckEscalation(plan, path + ".escalation", out);
  CheckPacing(plan.default_pacing(), plan.year(), path + ".default_pacing", out);
}

}  // namespace duban::indicator
