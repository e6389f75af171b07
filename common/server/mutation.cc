#include "common/server/mutation.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/sha256.h"
#include "common/server/canonical_bytes.h"

namespace duban::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* RequestIdField(const Message& request) {
  return request.GetDescriptor()->FindFieldByName("request_id");
}

std::string Fingerprint(const Message& request) { return Sha256Hex(CanonicalBytes(request)); }

// A UUID is the same in either case, so a repeat may spell it differently.
std::string FingerprintIgnoringCaseOfId(const Message& request, const std::string& lower_case_id) {
  const FieldDescriptor* field = RequestIdField(request);
  if (request.GetReflection()->GetString(request, field) == lower_case_id) {
    return Fingerprint(request);
  }
  const std::unique_ptr<Message> normalised(request.New());
  normalised->CopyFrom(request);
  normalised->GetReflection()->SetString(normalised.get(), field, lower_case_id);
  return Fingerprint(*normalised);
}

}  // namespace

absl::StatusOr<db::RequestKey> Mutations::KeyOf(const CallContext& call,
                                                const Message& request) const {
  db::RequestKey key;
  key.service = service_;
  key.caller = absl::StrCat(call.identity.issuer, " ", call.identity.subject);
  const FieldDescriptor* field = RequestIdField(request);
  if (field != nullptr) {
    key.request_id = absl::AsciiStrToLower(request.GetReflection()->GetString(request, field));
  }
  if (key.request_id.empty()) {
    key.request_id = NewUuid7(MachineNow());
    key.made_by_server = true;
    key.fingerprint = Fingerprint(request);
    return key;
  }
  if (!IsUuid(key.request_id)) return FieldInvalid("request_id", "应为UUID", "it must be a UUID");
  key.fingerprint = FingerprintIgnoringCaseOfId(request, key.request_id);
  return key;
}

absl::StatusOr<std::optional<std::string>> Mutations::RecordedReply(const CallContext& call,
                                                                    const Message& request) const {
  DUBAN_ASSIGN_OR_RETURN(const db::RequestKey key, KeyOf(call, request));
  return db::FindReply(*database_, call.deadline(), key);
}

absl::StatusOr<std::string> Mutations::RunSerialized(
    const CallContext& call, const Message& request,
    const std::function<absl::StatusOr<std::string>(db::Transaction&)>& body) const {
  DUBAN_ASSIGN_OR_RETURN(const db::RequestKey key, KeyOf(call, request));
  return db::RunOnce(*database_, call.deadline(), call.now(), key, body);
}

}  // namespace duban::server
