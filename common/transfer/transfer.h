#ifndef DUBAN_COMMON_TRANSFER_TRANSFER_H_
#define DUBAN_COMMON_TRANSFER_TRANSFER_H_

#include <memory>

#include "common/transfer/transfers.h"
#include "curl/curl.h"

namespace duban {

// One request on its way. libcurl holds pointers into it, so it stays where it is.
class Transfer {
 public:
  // `options` outlives it.
  Transfer(TransferRequest request, Transfers::Done done, const Transfers::Options* options);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* handle() const { return handle_.get(); }

  // It has ended with this result: calls `done`.
  void Finish(CURLcode result);
  // It was broken off.
  void Stop();

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, Cleanup>;

  void SetUp();
  void SetUpPost();
  void SetUpMail();

  static size_t TakeBody(char* data, size_t size, size_t count, void* transfer);
  static size_t TakeHeader(char* data, size_t size, size_t count, void* transfer);
  static size_t GiveBody(char* data, size_t size, size_t count, void* transfer);
  static curl_socket_t OpenSocket(void* transfer, curlsocktype purpose, curl_sockaddr* address);

  const TransferRequest request_;
  const Transfers::Done done_;
  const Transfers::Options* const options_;
  const std::unique_ptr<CURL, Cleanup> handle_;
  List list_;  // of headers, or of recipients
  size_t given_ = 0;
  size_t header_bytes_ = 0;
  bool refused_ = false;  // an address that may not be called
  bool cut_ = false;      // the answer was long enough
  TransferAnswer answer_;
};

}  // namespace duban

#endif  // DUBAN_COMMON_TRANSFER_TRANSFER_H_
