#include "services/indicator/test_plan.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/base/error.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace duban::indicator {
namespace {

constexpr char kSmallPlan[] = R"pb(
  plan {
    name: "plans/small"
    title: "小方案"
    jurisdiction: "临湘市"
    year: 2024
    time_zone: "Asia/Shanghai"
    parents: "上级方案"
    work_group {
      convener { title: "分管副市长" }
      deputy_conveners { title: "副主任" unit: "units/office" }
      members: "units/science"
      members: "units/water"
      office: "units/science"
      recusal_reviewer: "units/office"
    }
    tasks { id: "industry" title: "产业" leads: "units/science" supports: "units/towns" }
    cadences {
      kind: DISPATCH
      every: DEKAD
      deadline { offset_workdays: 1 cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 }
    }
    cadences {
      kind: BULLETIN
      every: MONTH
      deadline { offset_workdays: 3 cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 }
    }
    cadences {
      kind: SUMMARY
      every: QUARTER
      deadline { offset_workdays: 5 cutoff: "17:30" grace_workdays: 2 lock_workdays: 5 }
    }
    cadences {
      kind: APPRAISAL
      every: HALF_YEAR
      deadline { offset_workdays: 10 cutoff: "17:30" grace_workdays: 2 lock_workdays: 5 }
    }
    article_quotas {
      type: NEWS
      debtor: EACH_MEMBER
      every: MONTH
      minimum: 1
      deadline { offset_workdays: 3 cutoff: "17:30" grace_workdays: 1 lock_workdays: 3 }
    }
    article_quotas { type: EXPERIENCE debtor: OFFICE_UNIT every: YEAR minimum: 5 }
    light_bands { light: GREEN gap_at_least: "0" }
    light_bands { light: YELLOW gap_at_least: "-10" }
    light_bands { light: RED }
    default_pacing { kind: LINEAR_BY_DEKAD }
    reminders { workdays_from_due: -1 time_of_day: "09:00" }
    interpretation: "读法"
  }
  units { name: "units/science" display_name: "市科工局" kind: BUREAU aliases: "科工局" }
  units { name: "units/water" display_name: "市水利局" kind: BUREAU valid_from: "2020-01-01" }
  units { name: "units/office" display_name: "市政府办" kind: OFFICE }
  units { name: "units/statistics" display_name: "市统计局" kind: BUREAU }
  units {
    name: "units/towns"
    display_name: "各镇街道"
    kind: COLLECTIVE
    constituents: "units/statistics"
  }
  members {
    name: "members/zhang"
    display_name: "张伟"
    posts { unit: "units/water" roles: REPORTER start_date: "2022-01-01" end_date: "2023-12-31" }
    posts { unit: "units/science" roles: UNIT_HEAD roles: OFFICE start_date: "2024-01-01" }
  }
  indicators {
    name: "plans/small/indicators/contracts"
    display_name: "技术合同项数"
    task: "industry"
    kind: COUNT
    unit_of_measure: "项"
    accumulation: CUMULATIVE
    target { operator: GE low: "30" commitment: COMMITTED source_text: "30项" }
    responsibility {
      mode: SPLIT
      lines { unit: "units/science" role: ACCOUNTABLE quota: "10" }
      lines { unit: "units/water" role: ACCOUNTABLE quota: "20" }
      lines { unit: "units/towns" role: SUPPORT }
    }
    collection: DEKAD
    weight: "2.5"
    source: TABLE
    table_row: 1
  }
  indicators {
    name: "plans/small/indicators/growth"
    display_name: "研发投入"
    kind: GROWTH
    unit_of_measure: "%"
    reported_unit: "亿元"
    accumulation: LEVEL
    target { operator: GE low: "18.1" }
    responsibility {
      mode: JOINT
      lines { unit: "units/science" role: ACCOUNTABLE }
      lines { unit: "units/statistics" role: DATA_REPORTER }
    }
    pacing { kind: YEAR_END_ONLY }
    collection: YEAR
    source: TABLE
    table_row: 2
  }
  indicators {
    name: "plans/small/indicators/spending"
    display_name: "科技支出"
    kind: AMOUNT
    unit_of_measure: "亿元"
    accumulation: CUMULATIVE
    target { operator: GE low: "2" }
    responsibility {
      mode: SINGLE
      lines { unit: "units/science" role: ACCOUNTABLE }
    }
    pacing {
      kind: POINTS
      points { date: "2024-06-30" percent: "40.5" }
      points { date: "2024-12-31" percent: "100" }
    }
    collection: MONTH
    source: TABLE
    table_row: 3
  }
  indicators {
    name: "plans/small/indicators/opening"
    display_name: "开工建设"
    kind: MILESTONE
    accumulation: CUMULATIVE
    target { operator: GE low: "1" commitment: ASPIRE }
    collection: DEKAD
    source: NARRATIVE
  }
  indicators {
    name: "plans/small/indicators/energy"
    display_name: "能耗"
    kind: AMOUNT
    unit_of_measure: "吨"
    accumulation: LEVEL
    target { operator: LE low: "80.5" }
    baseline: "100"
    collection: MONTH
    source: NARRATIVE
  }
  indicators {
    name: "plans/small/indicators/technologies"
    display_name: "关键技术"
    kind: COUNT
    unit_of_measure: "项"
    accumulation: INCREMENT
    target { operator: RANGE low: "3" high: "5" }
    collection: DEKAD
    linked_indicator: "contracts"
    source: NARRATIVE
  }
)pb";

[[noreturn]] void Stop(const std::string& why) {
  std::fprintf(stderr, "test plan: %s\n", why.c_str());
  std::abort();
}

}  // namespace

v1::PlanDocument SmallPlan() {
  v1::PlanDocument document;
  if (!google::protobuf::TextFormat::ParseFromString(kSmallPlan, &document)) Stop("no plan");
  return document;
}

v1::PlanDocument LinxiangPlan() {
  std::ifstream file(DUBAN_LINXIANG_PLAN);
  std::stringstream text;
  text << file.rdbuf();
  v1::PlanDocument document;
  const auto status = google::protobuf::util::JsonStringToMessage(text.str(), &document);
  if (!status.ok()) Stop(absl::StrCat(DUBAN_LINXIANG_PLAN, ": ", status.ToString()));
  return document;
}

std::vector<std::string> ViolationsOf(const absl::Status& status) {
  std::vector<std::string> found;
  const auto bad_request = GetBadRequest(status);
  if (!bad_request) return found;
  for (const auto& violation : bad_request->field_violations()) {
    found.push_back(absl::StrCat(violation.field(), " ", violation.reason()));
  }
  return found;
}

}  // namespace duban::indicator
