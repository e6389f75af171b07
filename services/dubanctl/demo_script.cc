#include "services/dubanctl/demo_script.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "common/base/status.h"
#include "common/calendar/period.h"
#include "nlohmann/json.hpp"
#include "services/dubanctl/settings.h"

namespace duban::ctl {
namespace {

using nlohmann::json;
using submission::v1::Report;

// A report with the day by which it is ordered.
struct Dated {
  absl::CivilDay day;
  DemoReport report;
};

absl::Status Invalid(const std::string& file, const std::string& why) {
  return Error(kFileInvalid).With("file", file).With("why", why).Build();
}

common::v1::Measurement MeasurementOf(const json& figures, const std::string& unit_of_measure) {
  common::v1::Measurement measurement;
  measurement.set_value(figures.value("value", ""));
  measurement.set_denominator(figures.value("denominator", ""));
  measurement.set_base_value(figures.value("base_value", ""));
  measurement.set_base_denominator(figures.value("base_denominator", ""));
  measurement.set_unit_of_measure(unit_of_measure);
  return measurement;
}

std::vector<common::v1::Measurement> MeasurementsOf(const json& line,
                                                    const std::string& unit_of_measure) {
  std::vector<common::v1::Measurement> measurements;
  for (const json& value : line.value("values", json::array())) {
    measurements.push_back(MeasurementOf({{"value", value}}, unit_of_measure));
  }
  for (const json& figures : line.value("measurements", json::array())) {
    measurements.push_back(MeasurementOf(figures, unit_of_measure));
  }
  return measurements;
}

absl::Status ReadLine(const std::string& file, const std::string& plan, const json& line,
                      std::vector<Dated>* reports) {
  Report common;
  common.set_indicator(plan + "/indicators/" + line.at("indicator").get<std::string>());
  common.set_unit("units/" + line.at("unit").get<std::string>());
  common.set_as_of_date(line.value("as_of_date", ""));
  Report::ObservationStatus status = Report::NORMAL;
  const std::string named = line.value("observation_status", "NORMAL");
  if (!Report::ObservationStatus_Parse(named, &status)) {
    return Invalid(file, "no observation status " + named);
  }
  common.set_observation_status(status);
  const std::string label = common.indicator() + " " + common.unit();
  std::map<std::string, json> returned = line.value("returned", std::map<std::string, json>());
  std::set<std::string> pending = line.value("pending", std::set<std::string>());

  DUBAN_ASSIGN_OR_RETURN(const Period first, Period::Parse(line.at("from").get<std::string>()));
  std::optional<Period> period = first;
  for (const auto& measurement : MeasurementsOf(line, line.value("unit_of_measure", ""))) {
    if (!period) return Invalid(file, label + ": more values than periods");
    Dated dated{period->last_day(), {.report = common}};
    DemoReport& report = dated.report;
    report.report.set_period(period->ToString());
    *report.report.mutable_measurement() = measurement;
    if (const auto found = returned.find(period->ToString()); found != returned.end()) {
      report.returned = {report.report, found->second.at("reason").get<std::string>()};
      report.returned->first.mutable_measurement()->set_value(
          found->second.at("value").get<std::string>());
      returned.erase(found);
    }
    report.pending = pending.erase(period->ToString()) > 0;
    reports->push_back(std::move(dated));
    period = period->Next();
  }
  if (!returned.empty()) return Invalid(file, label + ": no value for " + returned.begin()->first);
  if (!pending.empty()) return Invalid(file, label + ": no value for " + *pending.begin());
  return absl::OkStatus();
}

absl::StatusOr<DemoScript> ReadScript(const std::string& file, const json& document) {
  DemoScript script;
  script.plan = "plans/" + document.at("plan").get<std::string>();
  script.as_of_date = document.at("as_of_date").get<std::string>();
  std::vector<Dated> reports;
  for (const json& line : document.at("lines")) {
    DUBAN_RETURN_IF_ERROR(ReadLine(file, script.plan, line, &reports));
  }
  std::stable_sort(reports.begin(), reports.end(),
                   [](const Dated& a, const Dated& b) { return a.day < b.day; });
  for (Dated& dated : reports) script.reports.push_back(std::move(dated.report));
  return script;
}

}  // namespace

absl::StatusOr<DemoScript> ParseDemoScript(const std::string& file, std::string_view text) {
  try {
    return ReadScript(file, json::parse(text));
  } catch (const json::exception& error) {
    return Invalid(file, error.what());
  }
}

}  // namespace duban::ctl
