#ifndef DUBAN_COMMON_SERVER_UPDATE_MASK_H_
#define DUBAN_COMMON_SERVER_UPDATE_MASK_H_

#include "absl/status/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace duban::server {

// Copies the masked top-level fields of `source` into `target` (same type); an empty mask copies
// all fields but name, etag and those that are output only. INVALID_ARGUMENT FIELD_INVALID (field
// update_mask) for a path that is no top-level field, or is name, etag or output only.
absl::Status ApplyUpdateMask(const google::protobuf::FieldMask& mask,
                             const google::protobuf::Message& source,
                             google::protobuf::Message* target);

// Clears the fields that are output only, and etag, in a message that a caller sent.
void ClearOutputOnly(google::protobuf::Message* message);

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_UPDATE_MASK_H_
