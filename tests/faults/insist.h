#ifndef DUBAN_TESTS_FAULTS_INSIST_H_
#define DUBAN_TESTS_FAULTS_INSIST_H_

#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/testing/wait_until.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {

// How often a fault test plays its round: DUBAN_FAULT_ROUNDS, else once.
inline int FaultRounds() {
  const char* rounds = std::getenv("DUBAN_FAULT_ROUNDS");
  return rounds == nullptr ? 1 : std::atoi(rounds);
}

// Repeats one request of a report, with its request id, until it is answered for good.
template <typename Request>
absl::StatusOr<submission::v1::Report> Insist(
    LocalStack& stack,
    grpc::Status (submission::v1::ReportService::Stub::*method)(grpc::ClientContext*,
                                                                const Request&,
                                                                submission::v1::Report*),
    const CallerIdentity& caller, const Request& request) {
  absl::StatusOr<submission::v1::Report> report;
  WaitUntil(absl::Seconds(60), [&] {
    report = stack.Call(stack.reports(), method, caller, request);
    return !absl::IsUnavailable(report.status()) && !absl::IsDeadlineExceeded(report.status()) &&
           !absl::IsAborted(report.status());
  });
  return report;
}

}  // namespace duban::testing

#endif  // DUBAN_TESTS_FAULTS_INSIST_H_
