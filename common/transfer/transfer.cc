#include "common/transfer/transfer.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace duban {
namespace {

constexpr size_t kMostHeaderBytes = 32 << 10;
constexpr absl::string_view kRetryAfter = "retry-after:";

// libcurl's options take exactly these types.
long Milliseconds(absl::Duration duration) {                      // NOLINT(google-runtime-int)
  return static_cast<long>(absl::ToInt64Milliseconds(duration));  // NOLINT(google-runtime-int)
}

std::string AddressInNumbers(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  }
  if (bytes == nullptr) return "";
  inet_ntop(address.sa_family, bytes, text.data(), text.size());
  return text.data();
}

std::string_view FaultOf(CURLcode result) {
  switch (result) {
    case CURLE_OK:
      return "";
    case CURLE_COULDNT_RESOLVE_HOST:
      return "resolve";
    case CURLE_COULDNT_CONNECT:
      return "connect";
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_LOGIN_DENIED:
      return "login";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
      return "tls";
    default:
      return "broken";
  }
}

}  // namespace

Transfer::Transfer(TransferRequest request, Transfers::Done done, const Transfers::Options* options)
    : request_(std::move(request)),
      done_(std::move(done)),
      options_(options),
      handle_(curl_easy_init()) {
  SetUp();
}

void Transfer::SetUp() {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(options_->connect_time_limit));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   Milliseconds(request_.time_limit.value_or(options_->time_limit)));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
  if (!options_->ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_->ca_file.c_str());
  }
  if (options_->may_call) {
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Transfer::OpenSocket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  }
  if (absl::StartsWith(request_.url, "smtp")) {
    SetUpMail();
  } else {
    SetUpPost();
  }
}

void Transfer::SetUpPost() {
  CURL* const curl = handle_.get();
  list_.reset(curl_slist_append(nullptr, "Expect:"));
  for (const std::string& header : request_.headers) {
    curl_slist_append(list_.get(), header.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list_.get());
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "duban");
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request_.body.data());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::TakeHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

void Transfer::SetUpMail() {
  CURL* const curl = handle_.get();
  list_.reset(curl_slist_append(nullptr, request_.recipient.c_str()));
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, request_.sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, list_.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Transfer::GiveBody);
  curl_easy_setopt(curl, CURLOPT_READDATA, this);
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   long{request_.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE});
  if (request_.user.empty()) return;
  curl_easy_setopt(curl, CURLOPT_USERNAME, request_.user.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, request_.password.c_str());
}

size_t Transfer::TakeBody(char* data, size_t size, size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  std::string& body = self.answer_.body;
  const size_t room = self.options_->longest_answer - body.size();
  self.cut_ = size * count > room;
  body.append(data, std::min(size * count, room));
  return self.cut_ ? 0 : size * count;
}

size_t Transfer::TakeHeader(char* data, size_t size, size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  self.header_bytes_ += size * count;
  const absl::string_view line(data, size * count);
  if (absl::StartsWithIgnoreCase(line, kRetryAfter)) {
    self.answer_.retry_after =
        std::string(absl::StripAsciiWhitespace(line.substr(kRetryAfter.size())));
  }
  return self.header_bytes_ > kMostHeaderBytes ? 0 : size * count;
}

size_t Transfer::GiveBody(char* data, size_t size, size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const size_t given = std::min(size * count, self.request_.body.size() - self.given_);
  std::memcpy(data, self.request_.body.data() + self.given_, given);
  self.given_ += given;
  return given;
}

curl_socket_t Transfer::OpenSocket(void* transfer, curlsocktype /*purpose*/,
                                   curl_sockaddr* address) {
  auto& self = *static_cast<Transfer*>(transfer);
  if (!self.options_->may_call(AddressInNumbers(address->addr))) {
    self.refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void Transfer::Finish(CURLcode result) {
  long status = 0;  // NOLINT(google-runtime-int)
  curl_off_t micros = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle_.get(), CURLINFO_TOTAL_TIME_T, &micros);
  answer_.took = absl::Microseconds(micros);
  if (result == CURLE_WRITE_ERROR && cut_) result = CURLE_OK;
  // What went well in the beginning is no answer if the end is missing; a refusal is one.
  if (result == CURLE_OK || status >= 400) answer_.status = static_cast<int>(status);
  if (result != CURLE_OK) {
    answer_.fault = refused_ ? "address" : FaultOf(result);
    answer_.error = refused_ ? "the address may not be called" : curl_easy_strerror(result);
  }
  done_(std::move(answer_));
}

void Transfer::Stop() {
  answer_ = {.fault = "stopped", .error = "broken off: the service ends"};
  done_(std::move(answer_));
}

}  // namespace duban
