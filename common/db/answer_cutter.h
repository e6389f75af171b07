#ifndef DUBAN_COMMON_DB_ANSWER_CUTTER_H_
#define DUBAN_COMMON_DB_ANSWER_CUTTER_H_

#include <atomic>
#include <functional>
#include <list>
#include <string>
#include <thread>

namespace duban::db {

// A wire between a test and the database server that can be cut around a COMMIT, which no real
// network does on demand. Passes everything on otherwise.
class AnswerCutter {
 public:
  enum class Cut {
    kNone,
    kBeforeCommit,  // the server never hears of the COMMIT
    kAfterCommit,   // the server has answered it, the client never hears
  };

  explicit AnswerCutter(int server_port);
  ~AnswerCutter();

  int port() const { return port_; }

  // Cuts the connection of the next COMMIT, once; then calls `then`, before any other connection is
  // served.
  void CutNext(
      Cut cut, std::function<void()> then = [] {});

  // How many connections were cut, and how many were refused because the server was away.
  int cuts() const { return cuts_; }
  int refusals() const { return refusals_; }

 private:
  struct Wire {
    int client;
    int server;
    bool answer_is_cut = false;
  };

  void Run();
  void Accept();
  // False if the wire has ended.
  bool PassOn(Wire& wire, int from, int to);
  void Finish(bool cut, const Wire& wire);

  const int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<Cut> next_{Cut::kNone};
  std::atomic<bool> stopping_{false};
  std::atomic<int> cuts_{0};
  std::atomic<int> refusals_{0};
  std::function<void()> then_;
  std::list<Wire> wires_;  // the thread's alone
  std::thread thread_;
};

}  // namespace duban::db

#endif  // DUBAN_COMMON_DB_ANSWER_CUTTER_H_
