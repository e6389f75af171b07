#include "common/server/metrics.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "prometheus/metric_family.h"

namespace duban::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// By number, spelled as in Go's codes package, which dashboards for gRPC expect.
constexpr const char* kCodeNames[] = {
    "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
    "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
    "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
    "DataLoss", "Unauthenticated"};

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

MetricFamily Family(const char* name, const char* help, MetricType type,
                    const std::vector<std::pair<prometheus::Labels, double>>& rows) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  for (const auto& [labels, value] : rows) {
    ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [label, text] : labels) metric.label.push_back({label, text});
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  }
  return family;
}

// Fields of /proc/self/stat by proc(5), counted from 1 as there; those up to the name excluded.
std::vector<std::string> ReadStat() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(text.substr(name_end + 2), ' ');
}

double StatField(const std::vector<std::string>& fields, size_t number) {
  constexpr size_t kFirst = 3;
  double value = 0;
  if (number - kFirst < fields.size() && absl::SimpleAtod(fields[number - kFirst], &value)) {
    return value;
  }
  return 0;
}

double BootTime() {
  std::ifstream file("/proc/stat");
  std::string key;
  double value = 0;
  while (file >> key) {
    if (key == "btime" && file >> value) return value;
  }
  return 0;
}

void AddProcessState(std::vector<MetricFamily>* families) {
  constexpr size_t kStartTicks = 22;
  constexpr size_t kResidentPages = 24;
  const std::vector<std::string> stat = ReadStat();
  const double start =
      BootTime() + StatField(stat, kStartTicks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  const double resident =
      StatField(stat, kResidentPages) * static_cast<double>(sysconf(_SC_PAGESIZE));
  families->push_back(Family("process_start_time_seconds", "When the process began (Unix time)",
                             MetricType::Gauge, {{{}, start}}));
  families->push_back(Family("process_resident_memory_bytes", "Resident memory", MetricType::Gauge,
                             {{{}, resident}}));
}

}  // namespace

prometheus::Counter* MakeCounter(prometheus::Registry* registry, const char* name,
                                 const char* help) {
  return &prometheus::BuildCounter().Name(name).Help(help).Register(*registry).Add({});
}

prometheus::Gauge* MakeGauge(prometheus::Registry* registry, const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(*registry).Add({});
}

MethodMetrics::MethodMetrics(prometheus::Registry* registry, std::string_view type,
                             std::string_view service, std::string_view method) {
  const prometheus::Labels labels = {{"grpc_type", std::string(type)},
                                     {"grpc_service", std::string(service)},
                                     {"grpc_method", std::string(method)}};
  const auto counter = [&](const char* name, const char* help) {
    return &prometheus::BuildCounter().Name(name).Help(help).Register(*registry).Add(labels);
  };
  started_ = counter("grpc_server_started_total", "Calls that arrived");
  received_ = counter("grpc_server_msg_received_total", "Messages that handlers were given");
  sent_ = counter("grpc_server_msg_sent_total", "Messages that handlers sent");
  auto& handled = prometheus::BuildCounter()
                      .Name("grpc_server_handled_total")
                      .Help("Calls answered, by code")
                      .Register(*registry);
  for (size_t code = 0; code < kCodes; ++code) {
    prometheus::Labels with_code = labels;
    with_code.emplace("grpc_code", kCodeNames[code]);
    handled_[code] = &handled.Add(with_code);
  }
  seconds_ = &prometheus::BuildHistogram()
                  .Name("grpc_server_handling_seconds")
                  .Help("Time from arrival to answer")
                  .Register(*registry)
                  .Add(labels, kSeconds);
}

void MethodMetrics::Handled(absl::StatusCode code, absl::Duration duration) {
  handled_[static_cast<size_t>(code)]->Increment();
  seconds_->Observe(absl::ToDoubleSeconds(duration));
}

RefusalMetrics::RefusalMetrics(prometheus::Registry* registry,
                               const std::vector<std::string_view>& reasons) {
  auto& family = prometheus::BuildCounter()
                     .Name("duban_server_refused_total")
                     .Help("Calls refused before a handler ran, by reason")
                     .Register(*registry);
  for (const std::string_view reason : reasons) {
    counters_.emplace_back(reason, &family.Add({{"reason", std::string(reason)}}));
  }
}

void RefusalMetrics::Refused(std::string_view reason) {
  for (const auto& [name, counter] : counters_) {
    if (name == reason) counter->Increment();
  }
}

ProcessMetrics::ProcessMetrics(std::string_view service, Readers readers)
    : service_(service), readers_(std::move(readers)) {}

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  const db::PoolStats pool = readers_.pool();
  const double in_use = pool.in_use;
  std::vector<MetricFamily> families;
  families.push_back(Family("duban_build_info", "Always 1", MetricType::Gauge,
                            {{{{"service", service_}, {"version", DUBAN_VERSION}}, 1}}));
  families.push_back(Family(
      "duban_db_pool_connections", "Connections to the database, by state", MetricType::Gauge,
      {{{{"state", "idle"}}, pool.open - in_use}, {{{"state", "in_use"}}, in_use}}));
  families.push_back(Family("duban_db_pool_waiting", "Callers that wait for a connection",
                            MetricType::Gauge, {{{}, double(pool.waiting)}}));
  families.push_back(Family("duban_db_pool_wait_timeouts_total",
                            "Callers whose deadline passed while they waited for a connection",
                            MetricType::Counter, {{{}, double(pool.wait_timeouts)}}));
  families.push_back(Family("duban_db_connections_discarded_total",
                            "Connections thrown away after an error", MetricType::Counter,
                            {{{}, double(pool.discarded)}}));
  families.push_back(Family("duban_server_queue_depth", "Calls that wait for a worker",
                            MetricType::Gauge, {{{}, double(readers_.queued())}}));
  families.push_back(Family("duban_server_workers_busy", "Workers that run a handler",
                            MetricType::Gauge, {{{}, double(readers_.busy())}}));
  families.push_back(Family("duban_server_stream_workers_busy", "Workers that serve a stream",
                            MetricType::Gauge, {{{}, double(readers_.streams())}}));
  families.push_back(Family("duban_server_open_watches", "Watches that are held open",
                            MetricType::Gauge, {{{}, double(readers_.watches())}}));
  families.push_back(Family("duban_audit_refusals_unwritten_total",
                            "Refused calls that are in the log but not in the audit log",
                            MetricType::Counter, {{{}, double(readers_.refusals_unwritten())}}));
  families.push_back(Family("duban_audit_refusals_dropped_total",
                            "Unauthenticated calls beyond the rate that the audit log takes",
                            MetricType::Counter, {{{}, double(readers_.refusals_dropped())}}));
  families.push_back(Family("duban_request_log_purged_total",
                            "Replies deleted because no repeat is expected any more",
                            MetricType::Counter, {{{}, double(readers_.replies_purged())}}));
  families.push_back(Family("duban_server_ready",
                            "1 while the database answers and its migrations have run",
                            MetricType::Gauge, {{{}, readers_.ready() ? 1.0 : 0.0}}));
  families.push_back(Family("duban_migrations_pending",
                            "1 while the database lacks a migration that the program needs",
                            MetricType::Gauge, {{{}, readers_.migrations_pending() ? 1.0 : 0.0}}));
  std::vector<std::pair<prometheus::Labels, double>> versions;
  for (const auto& [component, number] : readers_.migrations) {
    versions.emplace_back(prometheus::Labels{{"component", component}}, number);
  }
  families.push_back(Family("duban_migration_version",
                            "Number of the last migration that the program knows",
                            MetricType::Gauge, versions));
  AddProcessState(&families);
  return families;
}

}  // namespace duban::server
