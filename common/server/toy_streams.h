#ifndef DUBAN_COMMON_SERVER_TOY_STREAMS_H_
#define DUBAN_COMMON_SERVER_TOY_STREAMS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/client/caller.h"
#include "common/server/toy.grpc.pb.h"
#include "common/server/toy_client.h"

namespace duban::server {

inline toy::v1::Word Say(const std::string& text, const std::string& unit = "units/water") {
  toy::v1::Word word;
  word.set_name("plans/p");
  word.set_unit(unit);
  word.set_text(text);
  return word;
}

// A served toy, and the callers of its streams.
class StreamingToy : public ServedToy {
 public:
  explicit StreamingToy(const ServingOptions& options = testing::ServiceHarness::Loopback())
      : ServedToy(options), stub(toy::v1::ToyService::NewStub(harness.channel())) {}

  // Of OFFICE, with a deadline of 10 s.
  std::unique_ptr<grpc::ClientContext> Context() const {
    auto context = std::make_unique<grpc::ClientContext>();
    harness.Authorize(context.get(), common::v1::OFFICE);
    return context;
  }

  // How many refusals of this request stand in the audit log, for this reason and resource.
  int64_t Recorded(const std::string& request_id, const std::string& reason,
                   const std::string& resource) {
    return *harness.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) -> absl::StatusOr<int64_t> {
          DUBAN_ASSIGN_OR_RETURN(
              const db::Rows rows,
              session.Query("SELECT COUNT(*) FROM audit_entries WHERE request_id = ? AND"
                            " outcome = ? AND resource = ? LIMIT 1",
                            {request_id, reason, resource}));
          return rows.front().GetInt(0);
        });
  }

  std::unique_ptr<toy::v1::ToyService::Stub> stub;
};

// One call of Collect, Tell or Talk.
struct CollectCall {
  explicit CollectCall(StreamingToy& served, std::unique_ptr<grpc::ClientContext> with = nullptr)
      : context(with == nullptr ? served.Context() : std::move(with)),
        stream(served.stub->Collect(context.get(), &answer)) {}
  absl::Status Finish() {
    stream->WritesDone();
    return client::FromGrpc(stream->Finish());
  }

  std::unique_ptr<grpc::ClientContext> context;
  toy::v1::Word answer;
  std::unique_ptr<grpc::ClientWriter<toy::v1::Word>> stream;
};

struct TellCall {
  explicit TellCall(StreamingToy& served, std::unique_ptr<grpc::ClientContext> with = nullptr,
                    const toy::v1::Word& request = Say("tell"))
      : context(with == nullptr ? served.Context() : std::move(with)),
        stream(served.stub->Tell(context.get(), request)) {}
  // Reads to the end.
  absl::Status Finish() {
    toy::v1::Word word;
    while (stream->Read(&word)) texts.push_back(word.text());
    return client::FromGrpc(stream->Finish());
  }

  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<toy::v1::Word>> stream;
  std::vector<std::string> texts;
};

struct TalkCall {
  explicit TalkCall(StreamingToy& served, std::unique_ptr<grpc::ClientContext> with = nullptr)
      : context(with == nullptr ? served.Context() : std::move(with)),
        stream(served.stub->Talk(context.get())) {}
  // The next text that the server says; empty at the end.
  std::string Hear() {
    toy::v1::Word word;
    return stream->Read(&word) ? word.text() : "";
  }
  // Reads to the end.
  absl::Status Finish() {
    while (!Hear().empty()) {
    }
    return client::FromGrpc(stream->Finish());
  }

  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReaderWriter<toy::v1::Word, toy::v1::Word>> stream;
};

}  // namespace duban::server

#endif  // DUBAN_COMMON_SERVER_TOY_STREAMS_H_
