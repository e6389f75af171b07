#ifndef DUBAN_SERVICES_SUBMISSION_UNIT_NAMES_H_
#define DUBAN_SERVICES_SUBMISSION_UNIT_NAMES_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/client/caller.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"

namespace duban::submission {

// How units are called, for what people read. Thread-safe.
class UnitNames {
 public:
  explicit UnitNames(const client::Caller* caller);

  // 单位名称 by `units/{unit}`, asked for anew. UNAVAILABLE INDICATOR_UNAVAILABLE;
  // DEADLINE_EXCEEDED CHECK_DEADLINE.
  absl::StatusOr<std::map<std::string, std::string>> Get(const client::CallInfo& call) const;

 private:
  const client::Caller* caller_;
  std::unique_ptr<indicator::v1::DirectoryService::Stub> stub_;
};

// The name of a unit, or its resource name where it has none.
std::string NameOrSelf(const std::map<std::string, std::string>& names, const std::string& unit);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_UNIT_NAMES_H_
