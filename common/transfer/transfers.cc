#include "common/transfer/transfers.h"

#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "common/transfer/transfer.h"
#include "curl/curl.h"

namespace duban {
namespace {

constexpr int kLongestPollMillis = 1000;
constexpr long kKeptConnections = 256;  // NOLINT(google-runtime-int)

// Once in the process, before any thread asks for it.
void StartLibcurl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) std::abort();
}

}  // namespace

struct Transfers::State {
  explicit State(Options given) : options(std::move(given)), multi(curl_multi_init()) {
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
    thread = std::thread([this] { Work(); });
  }

  ~State() {
    {
      const std::lock_guard lock(mutex);
      ending = true;
    }
    curl_multi_wakeup(multi);
    thread.join();
    curl_multi_cleanup(multi);
  }

  void Add(std::unique_ptr<Transfer> transfer) {
    {
      const std::lock_guard lock(mutex);
      added.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi);
  }

  void Work() {
    while (TakeAdded()) {
      int running = 0;
      curl_multi_perform(multi, &running);
      FinishDone();
      curl_multi_poll(multi, nullptr, 0, kLongestPollMillis, nullptr);
    }
    for (const auto& [handle, transfer] : under_way) {
      curl_multi_remove_handle(multi, handle);
      transfer->Stop();
    }
    under_way.clear();
  }

  // False if it is time to end.
  bool TakeAdded() {
    std::vector<std::unique_ptr<Transfer>> taken;
    bool going_on = true;
    {
      const std::lock_guard lock(mutex);
      taken.swap(added);
      going_on = !ending;
    }
    for (std::unique_ptr<Transfer>& transfer : taken) {
      curl_multi_add_handle(multi, transfer->handle());
      CURL* const handle = transfer->handle();
      under_way.emplace(handle, std::move(transfer));
    }
    return going_on;
  }

  void FinishDone() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const handle = message->easy_handle;
      const CURLcode result = message->data.result;  // the message goes with the handle
      curl_multi_remove_handle(multi, handle);
      const auto found = under_way.find(handle);
      found->second->Finish(result);
      under_way.erase(found);
    }
  }

  const Options options;
  CURLM* const multi;
  std::mutex mutex;
  bool ending = false;
  std::vector<std::unique_ptr<Transfer>> added;
  std::map<CURL*, std::unique_ptr<Transfer>> under_way;  // of the thread alone
  std::thread thread;
};

Transfers::Transfers(Options options) {
  StartLibcurl();
  state_ = std::make_unique<State>(std::move(options));
}

Transfers::~Transfers() = default;

void Transfers::Start(TransferRequest request, Done done) {
  state_->Add(std::make_unique<Transfer>(std::move(request), std::move(done), &state_->options));
}

TransferAnswer Transfers::Run(TransferRequest request) {
  std::promise<TransferAnswer> promise;
  std::future<TransferAnswer> future = promise.get_future();
  Start(std::move(request), [&](TransferAnswer answer) { promise.set_value(std::move(answer)); });
  return future.get();
}

}  // namespace duban
