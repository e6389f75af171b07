#include "common/server/canonical_bytes.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace duban::server {

std::string CanonicalBytes(const google::protobuf::Message& message) {
  std::string bytes = message.GetDescriptor()->full_name();
  bytes.push_back('\0');
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream output(&stream);
  output.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&output);
  output.Trim();
  return bytes;
}

}  // namespace duban::server
