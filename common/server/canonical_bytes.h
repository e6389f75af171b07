#ifndef DUBAN_COMMON_SERVER_CANONICAL_BYTES_H_
#define DUBAN_COMMON_SERVER_CANONICAL_BYTES_H_

#include <string>

#include "google/protobuf/message.h"

namespace duban::server {

// Type and content of a message in bytes that are equal for equal messages of one program version.
std::string CanonicalBytes(const google::protobuf::Message& message);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_CANONICAL_BYTES_H_
