#ifndef DUBAN_COMMON_TRANSFER_TRANSFERS_H_
#define DUBAN_COMMON_TRANSFER_TRANSFERS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace duban {

// Something to bring to an address outside.
struct TransferRequest {
  std::string url;                   // http, https: a POST; smtp, smtps: a mail
  std::vector<std::string> headers;  // HTTP: `Name: value`
  std::string body;                  // what is posted, or the whole mail
  // Mail only.
  std::string sender;
  std::string recipient;
  std::string user;  // empty: without authentication
  std::string password;
  bool starttls = false;                     // encrypt, or do not send
  std::optional<absl::Duration> time_limit;  // shorter than usual
};

// What came back.
struct TransferAnswer {
  int status = 0;           // of HTTP or SMTP; 0 if there was no whole answer
  std::string body;         // its beginning
  std::string retry_after;  // HTTP: that header
  // Why there was no answer, in one word for metrics: `address` (it may not be called), `resolve`,
  // `connect`, `tls`, `login`, `timeout`, `broken`, `stopped`; empty if there was one.
  std::string_view fault;
  std::string error;  // the same in words, without anything of the request
  absl::Duration took;
};

// Brings requests to their addresses, many at a time on one thread. Redirects are not followed,
// proxies of the environment not used, servers' certificates verified, and nobody is waited for
// longer than the time limits say, however slowly they drip. Thread-safe.
class Transfers {
 public:
  struct Options {
    // Asked with each address in numbers before a connection to it is opened, so after the name was
    // looked up; without it any may be called. A connection is used again, so those that are judged
    // and those that are not take two Transfers.
    std::function<bool(std::string_view address)> may_call;
    std::string ca_file;  // whose certificates are trusted; empty: those that the system trusts
    absl::Duration connect_time_limit = absl::Seconds(5);
    absl::Duration time_limit = absl::Seconds(15);
    size_t longest_answer = 16 << 10;  // of a body; the rest is not read
  };
  using Done = std::function<void(TransferAnswer)>;

  explicit Transfers(Options options);
  // What is under way is broken off, and answered so.
  ~Transfers();

  // Calls `done` once, on the thread of this object, which it must not hold up.
  void Start(TransferRequest request, Done done);

  // The same, waiting for the answer.
  TransferAnswer Run(TransferRequest request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_TRANSFER_TRANSFERS_H_
