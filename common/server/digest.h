#ifndef DUBAN_COMMON_SERVER_DIGEST_H_
#define DUBAN_COMMON_SERVER_DIGEST_H_

#include <string>
#include <string_view>

#include "google/protobuf/message.h"

namespace duban::server {

// The 32 bytes of SHA-256.
std::string Sha256(std::string_view bytes);

// Type and content of a message in bytes that are equal for equal messages of one program version.
std::string CanonicalBytes(const google::protobuf::Message& message);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_DIGEST_H_
