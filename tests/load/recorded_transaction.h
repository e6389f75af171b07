#ifndef DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_
#define DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/db/database.h"

namespace duban::load {

// One statement of a recorded transaction: its text with `?`, and the parameters' values.
struct RecordedStatement {
  std::string sql;
  std::vector<std::string> values;  // as text; `null` says which are NULL
  std::vector<bool> null;
  bool is_select = false;
};

// One transaction that a service ran for one call, taken from the server's general log, so that the
// yardstick runs what the service runs and not what somebody once copied from it.
using RecordedTransaction = std::vector<RecordedStatement>;

// Records while `calls` run; answers the transactions in the order of their commits. The service
// must not have prepared any of its statements before, so record first of all.
std::vector<RecordedTransaction> Record(db::Database& admin, const std::function<void()>& calls);

// The same for work that is done once and again by itself, without calls: all statements in which
// `mark` stands, in order, each alone or with the whole transaction that it was run in, between
// START TRANSACTION and COMMIT.
RecordedTransaction RecordMarked(db::Database& admin, const std::string& mark,
                                 const std::function<void()>& calls);

// A connection of a bare loop: START TRANSACTION, the prepared statements, COMMIT.
class Player {
 public:
  explicit Player(const db::Options& options);
  ~Player();

  // What stands in the recording, and what to put in its place.
  using Replacements = std::vector<std::pair<std::string, std::string>>;

  // Plays the recording with every occurrence replaced; other UUIDs that stand alone become fresh
  // ones. A write that changes nothing stops the program: it would not be the same work.
  void Play(const RecordedTransaction& recorded, const Replacements& replacements);

  // The same of what RecordMarked recorded, with transactions only where they stand in it.
  void PlayMarked(const RecordedTransaction& recorded, const Replacements& replacements);

 private:
  void PlayStatement(const RecordedStatement& statement, const Replacements& replacements);

  struct State;
  std::unique_ptr<State> state_;
};

// The values that `executed` has where `prepared` has question marks; nothing if it is another
// statement's text.
std::optional<RecordedStatement> Match(std::string_view prepared, std::string_view executed);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_
