#ifndef DUBAN_SERVICES_REVIEW_PEERS_H_
#define DUBAN_SERVICES_REVIEW_PEERS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "common/client/caller.h"

namespace duban::review {

inline constexpr Reason kIndicatorUnavailable{
    "INDICATOR_UNAVAILABLE", absl::StatusCode::kUnavailable, "指标服务暂时不可用,请稍后重试",
    "The indicator service is not available; try again later."};
inline constexpr Reason kSubmissionUnavailable{
    "SUBMISSION_UNAVAILABLE", absl::StatusCode::kUnavailable, "填报服务暂时不可用,请稍后重试",
    "The submission service is not available; try again later."};

// How much is asked of one of them at once.
inline constexpr int kPeerPageSize = 1000;

// The services that this one calls, and what their failures mean to our callers: what is about the
// request (NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE) is passed on as it is;
// UNAVAILABLE and RESOURCE_EXHAUSTED become INDICATOR_UNAVAILABLE or SUBMISSION_UNAVAILABLE;
// DEADLINE_EXCEEDED stays; anything else is INTERNAL and logged. Thread-safe. Never called inside a
// transaction.
class Peers {
 public:
  Peers(const std::string& indicator_target, const std::string& submission_target,
        const TokenSigner* signer, const std::shared_ptr<grpc::ChannelCredentials>& credentials)
      : indicator_(indicator_target, "services/review", signer, credentials),
        submission_(submission_target, "services/review", signer, credentials) {}

  // To make stubs on.
  const client::Caller& indicator() const { return indicator_; }
  const client::Caller& submission() const { return submission_; }

  // Calls `method` of a stub of the indicator service, or of the submission service.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> AskIndicator(const client::CallInfo& call, Stub& stub,
                                        grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                                        const Request& request) const {
    return Ask(indicator_, kIndicatorUnavailable, call, stub, method, request);
  }
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> AskSubmission(const client::CallInfo& call, Stub& stub,
                                         grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                                         const Request& request) const {
    return Ask(submission_, kSubmissionUnavailable, call, stub, method, request);
  }

  // The same of a list, page by page; `take` gets a pointer to each page, which it may move from.
  template <typename Stub, typename Request, typename Response, typename Take>
  absl::Status PagesOfIndicator(const client::CallInfo& call, Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                Request request, Take take) const {
    return Pages([&](const Request& page) { return AskIndicator(call, stub, method, page); },
                 request, take);
  }
  template <typename Stub, typename Request, typename Response, typename Take>
  absl::Status PagesOfSubmission(const client::CallInfo& call, Stub& stub,
                                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                                 Request request, Take take) const {
    return Pages([&](const Request& page) { return AskSubmission(call, stub, method, page); },
                 request, take);
  }

 private:
  template <typename Ask, typename Request, typename Take>
  static absl::Status Pages(Ask ask, Request& request, Take& take) {
    request.set_page_size(kPeerPageSize);
    do {
      DUBAN_ASSIGN_OR_RETURN(auto page, ask(request));
      request.set_page_token(page.next_page_token());
      take(&page);
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

  static absl::Status Translate(const absl::Status& status, const Reason& unavailable,
                                std::string_view request);

  template <typename Stub, typename Request, typename Response>
  static absl::StatusOr<Response> Ask(const client::Caller& caller, const Reason& unavailable,
                                      const client::CallInfo& call, Stub& stub,
                                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                   const Request&, Response*),
                                      const Request& request) {
    grpc::ClientContext context;
    caller.Prepare(call, &context);
    Response response;
    const absl::Status status = client::FromGrpc((stub.*method)(&context, request, &response));
    if (!status.ok()) return Translate(status, unavailable, request.GetTypeName());
    return response;
  }

  client::Caller indicator_;
  client::Caller submission_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_PEERS_H_
