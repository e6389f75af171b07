#ifndef DUBAN_COMMON_BASE_JSON_H_
#define DUBAN_COMMON_BASE_JSON_H_

#include <string>

#include "google/protobuf/message.h"

namespace duban {

// How fields are named in JSON.
enum class JsonNames {
  kCamelCase,  // as the contract's JSON mapping: unitOfMeasure
  kAsInProto,  // unit_of_measure
};

// The message by protobuf's JSON mapping, as MessageToJsonString says it and JsonStringToMessage
// reads it, but in a tenth of the time: protobuf's own builds the types anew for every call.
std::string ToJson(const google::protobuf::Message& message,
                   JsonNames names = JsonNames::kCamelCase);

// Two versions of one resource, each with those top-level fields only that differ.
struct JsonDifference {
  std::string before;
  std::string after;
};

JsonDifference DifferenceAsJson(const google::protobuf::Message& before,
                                const google::protobuf::Message& after, JsonNames names);

}  // namespace duban

#endif  // DUBAN_COMMON_BASE_JSON_H_
