#ifndef DUBAN_TESTS_LOAD_WEBHOOK_RECEIVER_H_
#define DUBAN_TESTS_LOAD_WEBHOOK_RECEIVER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace duban::load {

// A webhook endpoint that answers 204 to every POST at once, on one thread, so that what it costs
// is little beside what calls it. Remembers when each webhook-id first came to each path.
class WebhookReceiver {
 public:
  WebhookReceiver();
  ~WebhookReceiver();

  int port() const { return port_; }
  int64_t received() const { return received_; }

  // When a delivery came to a path such as `/7`; InfiniteFuture if it has not.
  absl::Time ArrivalOf(const std::string& path, const std::string& id) const;

 private:
  void Serve();
  void Accept();
  // Answers all requests that have come whole; false when the connection is over.
  bool ReadFrom(int connection);
  void Note(const std::string& request);

  int listener_;
  int waker_;
  int poll_;
  int port_;
  std::atomic<int64_t> received_ = 0;
  std::map<int, std::string> unread_;  // by connection; only the thread's
  mutable absl::Mutex mutex_;
  std::map<std::string, absl::Time> arrivals_ ABSL_GUARDED_BY(mutex_);  // by path and id
  std::thread thread_;
};

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_WEBHOOK_RECEIVER_H_
