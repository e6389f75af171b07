#ifndef DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_
#define DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

// The statements that a service ran for one call, taken from the server's general log, so that the
// yardstick runs what the service runs and not what somebody once copied from it.
class RecordedTransaction {
 public:
  // Records while `calls` run; takes the last transaction that was committed. The service must not
  // have prepared any of its statements before, so record first of all.
  static RecordedTransaction Record(db::Database& admin, const std::function<void()>& calls);

  // Runs it on `connection` as a bare loop would: START TRANSACTION, the prepared statements,
  // COMMIT. Every occurrence of `old_id` in a value becomes `new_id`; other UUIDs that stand alone
  // become fresh ones.
  class Player {
   public:
    Player(const RecordedTransaction& recorded, const db::Options& options);
    ~Player();
    void Play(std::string_view old_id, std::string_view new_id);

   private:
    struct State;
    std::unique_ptr<State> state_;
  };

  const std::vector<RecordedStatement>& statements() const { return statements_; }

 private:
  std::vector<RecordedStatement> statements_;
};

// The values that `executed` has where `prepared` has question marks; nothing if it is another
// statement's text.
std::optional<RecordedStatement> Match(std::string_view prepared, std::string_view executed);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_RECORDED_TRANSACTION_H_
