#include "services/submission/unit_names.h"

#include "common/base/status.h"
#include "services/submission/plan_cache.h"

namespace duban::submission {
namespace {

constexpr int kUnitsPerPage = 1000;

}  // namespace

UnitNames::UnitNames(const client::Caller* caller)
    : caller_(caller), stub_(indicator::v1::DirectoryService::NewStub(caller->channel())) {}

absl::StatusOr<std::map<std::string, std::string>> UnitNames::Get(
    const client::CallInfo& call) const {
  std::map<std::string, std::string> names;
  indicator::v1::ListUnitsRequest request;
  request.set_page_size(kUnitsPerPage);
  do {
    grpc::ClientContext context;
    caller_->Prepare(call, &context);
    indicator::v1::ListUnitsResponse response;
    DUBAN_RETURN_IF_ERROR(TranslateIndicatorFailure(
        client::FromGrpc(stub_->ListUnits(&context, request, &response)), "ListUnits"));
    for (const indicator::v1::Unit& unit : response.units()) {
      names[unit.name()] = unit.display_name();
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return names;
}

std::string NameOrSelf(const std::map<std::string, std::string>& names, const std::string& unit) {
  const auto found = names.find(unit);
  return found == names.end() || found->second.empty() ? unit : found->second;
}

}  // namespace duban::submission
