#ifndef DUBAN_TESTS_LOAD_DRAFTS_H_
#define DUBAN_TESTS_LOAD_DRAFTS_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/e2e/local_stack.h"

// Plans and reports to measure with. A failure stops the program: figures of failing calls mean
// nothing.
namespace duban::load {

void StopUnless(const absl::Status& status);

template <typename T>
T Must(absl::StatusOr<T> result) {
  StopUnless(result.status());
  return *std::move(result);
}

// Callers at the same time, and connections of the service and of the bare loop.
inline constexpr int kCallers = 64;

// Imports and publishes a copy of the Linxiang plan as `plans/copy-{number}`.
std::string LoadCopy(testing::LocalStack& stack, int number);

// A draft for each line that reports every ten days, in each dekad of the year: some 900 a plan.
std::vector<submission::v1::CreateReportRequest> DraftsOf(const std::string& plan);

// At least `count` drafts in as many plans as that takes, numbered from `first_plan`.
std::vector<submission::v1::Report> CreateDrafts(testing::LocalStack& stack, int first_plan,
                                                 size_t count);

// Submits drafts with one token a unit, as a client would keep it; signing is not what is measured.
class Submitter {
 public:
  explicit Submitter(testing::LocalStack& stack);

  void Submit(const submission::v1::Report& draft) const;

  // Begins to submit, and calls `done` once the answer has come.
  void Begin(const submission::v1::Report& draft, std::function<void()> done) const;

 private:
  testing::LocalStack& stack_;
  std::map<std::string, std::string> tokens_;  // by unit
};

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_DRAFTS_H_
