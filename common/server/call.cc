#include "common/server/call.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/client/caller.h"
#include "common/server/answer.h"
#include "common/server/call_metadata.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"

namespace duban::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Long enough for the queue to move, short enough not to be felt.
constexpr int kRetryAfterMilliseconds = 200;

constexpr char kRequestIdHeader[] = "x-request-id";

// How late the end of a watch may come: its token or time ran out, or it takes nothing.
constexpr absl::Duration kWatchCheckInterval = absl::Seconds(1);

// The resource that a refused request named, for the audit log: its `name` or `parent`, or that of
// a message in it.
std::string ResourceOf(const Message& request) {
  for (const char* name : {"name", "parent"}) {
    const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && field->type() == FieldDescriptor::TYPE_STRING) {
      return request.GetReflection()->GetString(request, field);
    }
  }
  std::vector<const FieldDescriptor*> fields;
  request.GetReflection()->ListFields(request, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated() || field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
    const std::string resource = ResourceOf(request.GetReflection()->GetMessage(request, field));
    if (!resource.empty()) return resource;
  }
  return "";
}

}  // namespace

AdapterState::AdapterState(const AdapterParts& the_parts)
    : parts(the_parts),
      refused(parts.metrics,
              {kMessageTooLarge.name, kServerDraining.name, kTokenMissing.name, kTokenInvalid.name,
               kTokenExpired.name, kRoleNotAllowed.name, kRequestMalformed.name, kNotOwnUnit.name,
               kDeadlineExpired.name, kCallCancelled.name, kOverloaded.name, kStreamIdle.name}),
      watches(parts.max_watches, std::min(kWatchCheckInterval, parts.stream_idle_timeout / 2)) {}

Call::Call(AdapterState* adapter, ServedMethod* served, grpc::CallbackServerContext* transport)
    : adapter_(*adapter), served_(*served), transport_(*transport) {
  const Metadata& metadata = transport_.client_metadata();
  context_.method = served_.bound.full_name;
  context_.locale = ReadLocale(metadata);
  context_.info.request_id = ReadRequestId(metadata);
  context_.info.traceparent = ReadTraceparent(metadata);
  context_.clock = adapter_.parts.clock;
  served_.metrics.Started();
}

absl::Status Call::CheckSize(const grpc::ByteBuffer& message) const {
  const size_t limit = static_cast<size_t>(adapter_.parts.max_request_bytes);
  const size_t bytes = message.Length();
  if (bytes <= limit) return absl::OkStatus();
  return Error(kMessageTooLarge)
      .With("bytes", std::to_string(bytes))
      .With("limit", std::to_string(limit));
}

absl::Status Call::AdmitCaller() {
  if (adapter_.draining) return Error(kServerDraining);
  DUBAN_ASSIGN_OR_RETURN(const std::string_view token,
                         ReadBearerToken(transport_.client_metadata()));
  const absl::Time shared = SharedNow();
  DUBAN_ASSIGN_OR_RETURN(context_.identity, adapter_.parts.verifier->Verify(token, shared));
  context_.identity.expires += began_ - shared;  // what streams wait for is machine time
  context_.info.deadline =
      std::min(absl::FromChrono(transport_.deadline()), began_ + served_.bound.rule.time_limit());
  return served_.bound.rule.Admit(&context_);
}

std::unique_ptr<Message> Call::NewRequest() const {
  return std::unique_ptr<Message>(served_.bound.method.request_prototype->New());
}

absl::Status Call::Parse(const grpc::ByteBuffer& bytes, Message* request) {
  grpc::ByteBuffer copy = bytes;  // shares the content; deserialising empties it
  const grpc::Status parsed = grpc::SerializationTraits<Message>::Deserialize(&copy, request);
  if (!parsed.ok()) return Error(kRequestMalformed);
  ++received_;
  served_.metrics.Received();
  return absl::OkStatus();
}

absl::Status Call::CheckAwaited() const {
  if (MachineNow() >= context_.info.deadline) return Error(kDeadlineExpired);
  if (transport_.IsCancelled()) return Error(kCallCancelled);
  return absl::OkStatus();
}

absl::Status Call::Overloaded() {
  transport_.AddTrailingMetadata("grpc-retry-pushback-ms", absl::StrCat(kRetryAfterMilliseconds));
  return Error(kOverloaded).RetryAfterMilliseconds(kRetryAfterMilliseconds);
}

absl::Status Call::RunHandler(absl::FunctionRef<absl::Status()> handler) {
  try {
    return handler();
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("the handler threw: ", error.what()));
  } catch (...) {
    return absl::InternalError("the handler threw something that is no std::exception");
  }
}

void Call::Sent() {
  if (sent_ == 0) transport_.AddInitialMetadata(kRequestIdHeader, context_.info.request_id);
  ++sent_;
  served_.metrics.Sent();
}

grpc::Status Call::Refuse(const absl::Status& status, const Message* request) {
  adapter_.refused.Refused(GetReason(status));
  return Answer(status, request);
}

grpc::Status Call::Answer(const absl::Status& status, const Message* request) {
  const absl::Duration duration = MachineNow() - began_;
  if (IsOurFault(status)) {
    LogError("call failed", {{"request_id", context_.info.request_id},
                             {"method", context_.method},
                             {"status", status.ToString()}});
  }
  const absl::Status answer = ForCaller(status, context_.info.request_id);
  if (sent_ == 0) TellId(answer);
  served_.metrics.Handled(answer.code(), duration);
  LogAnswer(answer, duration);
  grpc::Status wire = client::ToGrpc(answer, context_.locale);
  if (absl::IsUnauthenticated(answer) || absl::IsPermissionDenied(answer)) {
    if (request != nullptr) context_.resource = ResourceOf(*request);
    adapter_.parts.refusals->Add(std::move(context_), answer);
  }
  return wire;
}

// gRPC's clients take an answer that begins with metadata for the final one, and what is
// UNAVAILABLE they shall try again.
void Call::TellId(const absl::Status& answer) {
  const std::string& id = context_.info.request_id;
  if (absl::IsUnavailable(answer)) {
    transport_.AddTrailingMetadata(kRequestIdHeader, id);
  } else {
    transport_.AddInitialMetadata(kRequestIdHeader, id);
  }
}

void Call::LogAnswer(const absl::Status& answer, absl::Duration duration) const {
  LogInfo("call", {{"request_id", context_.info.request_id},
                   {"trace_id", TraceId(context_.info.traceparent)},
                   {"caller", context_.identity.subject},
                   {"unit", context_.identity.unit},
                   {"method", context_.method},
                   {"code", std::string(absl::StatusCodeToString(answer.code()))},
                   {"reason", GetReason(answer)},
                   {"duration_ms", absl::StrCat(absl::ToDoubleMilliseconds(duration))},
                   {"received", absl::StrCat(received_)},
                   {"sent", absl::StrCat(sent_)},
                   {"peer", transport_.peer()}});
}

}  // namespace duban::server
