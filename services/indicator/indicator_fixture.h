#ifndef DUBAN_SERVICES_INDICATOR_INDICATOR_FIXTURE_H_
#define DUBAN_SERVICES_INDICATOR_INDICATOR_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/indicator/service_fixture.h"

namespace duban::indicator {

inline constexpr char kContracts[] = "plans/small/indicators/contracts";

// Reads of the indicators of plans/small, requests from text.
class IndicatorFixture : public ServiceFixture {
 protected:
  absl::StatusOr<v1::Indicator> TryGet(const std::string& text) {
    server::CallContext call = Call();
    return indicators_.GetIndicator(call, FromText<v1::GetIndicatorRequest>(text));
  }
  absl::StatusOr<v1::ListIndicatorsResponse> List(const std::string& text) {
    server::CallContext call = Call();
    return indicators_.ListIndicators(
        call, FromText<v1::ListIndicatorsRequest>(absl::StrCat("parent: 'plans/small' ", text)));
  }
  static std::vector<std::string> Ids(const v1::ListIndicatorsResponse& page) {
    std::vector<std::string> ids;
    for (const v1::Indicator& indicator : page.indicators()) {
      ids.push_back(indicator.name().substr(indicator.name().rfind('/') + 1));
    }
    return ids;
  }
};

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_INDICATOR_FIXTURE_H_
