#ifndef DUBAN_SERVICES_SUBMISSION_OBLIGATION_STORE_H_
#define DUBAN_SERVICES_SUBMISSION_OBLIGATION_STORE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/db/database.h"
#include "duban/submission/v1/obligation.pb.h"
#include "duban/submission/v1/report.pb.h"
#include "services/submission/obligation_name.h"

namespace duban::submission {

// Which obligations to read. Empty members do not restrict.
struct ObligationFilter {
  std::string plan;                // id; required
  std::vector<std::string> units;  // ids
  std::string session;             // id
  std::string indicator;           // id
  int article_type = 0;
  std::string period;
  std::optional<absl::Time> due_before;
};

// What one obligation is for, which is unique: a plan's id, `indicators/{id}` or `articles/{type}`,
// a unit's id, a period.
struct ObligationKey {
  std::string plan;
  std::string rule;
  std::string unit;
  std::string period;

  friend auto operator<=>(const ObligationKey&, const ObligationKey&) = default;
};

ObligationKey KeyOf(const v1::Obligation& obligation);
// Of the obligation that the report belongs to.
ObligationKey KeyOf(const v1::Report& report);
// Of the obligation of a unit (`units/{unit}`) to report articles.
ObligationKey KeyOf(const std::string& plan, indicator::v1::ArticleQuota::Type type,
                    const std::string& unit, const std::string& period);

// Table obligations, and the tables reports and standings as obligations see them. Stored
// obligations are complete but for state, timeliness, permitted_actions and held.
class ObligationStore {
 public:
  // Adds new obligations with one statement. The status IsDuplicate, and none is added, if one of
  // them is there already.
  absl::Status Insert(db::Transaction& tx, const std::vector<v1::Obligation>& obligations) const;

  // The obligation; nothing if there is none.
  absl::StatusOr<std::optional<v1::Obligation>> Get(db::Session& session,
                                                    const ObligationName& name) const;

  // The same, locked until the transaction ends.
  absl::StatusOr<std::optional<v1::Obligation>> GetForUpdate(db::Transaction& tx,
                                                             const ObligationName& name) const;

  // The obligation of the key; nothing if nobody has opened one.
  absl::StatusOr<std::optional<v1::Obligation>> Find(db::Session& session,
                                                     const ObligationKey& key) const;

  // Those of these keys that there are, in order of key, read and locked with few statements until
  // the transaction ends. A report's row, where it is needed, is locked before.
  absl::StatusOr<std::vector<v1::Obligation>> ListForUpdate(db::Transaction& tx,
                                                            std::vector<ObligationKey> keys) const;

  // Replaces obligations, which the transaction has locked, by these with few statements.
  absl::Status Write(db::Transaction& tx, const std::vector<v1::Obligation>& obligations) const;

  // Calls `visit` for each obligation, by id, which is the order of creation.
  absl::Status ForEach(db::Session& session, const ObligationFilter& filter,
                       const std::function<void(v1::Obligation)>& visit) const;

  // A period for which the session has obligations; nothing if it has none.
  absl::StatusOr<std::optional<std::string>> PeriodOfSession(db::Session& session,
                                                             const std::string& plan,
                                                             const std::string& of_session) const;

  // Name, indicator, unit, period, state and first_submit_time of the reports for these keys,
  // locked until the transaction ends.
  absl::StatusOr<std::vector<v1::Report>> ListReportsForUpdate(
      db::Transaction& tx, const std::vector<ObligationKey>& keys) const;

  // Sets `held` to the last accepted figures of each obligation's line, where there are some. All
  // of them are of the plan.
  absl::Status AddHeld(db::Session& session, const std::string& plan,
                       std::vector<v1::Obligation>* obligations) const;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_OBLIGATION_STORE_H_
