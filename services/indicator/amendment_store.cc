#include "services/indicator/amendment_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/error.h"
#include "common/base/status.h"
#include "services/indicator/fields.h"
#include "services/indicator/rows.h"
#include "services/indicator/vocabulary.h"

namespace duban::indicator {
namespace {

constexpr std::string_view kGet = "SELECT body FROM amendments WHERE plan = ? AND number = ?";
constexpr std::string_view kList =
    "SELECT body FROM amendments WHERE plan = ? AND number > ? ORDER BY number LIMIT ?";
constexpr std::string_view kListOfIndicator =
    "SELECT body FROM amendments WHERE plan = ? AND indicator = ? AND number > ? ORDER BY number"
    " LIMIT ?";
constexpr std::string_view kInsert =
    "INSERT INTO amendments (plan, number, indicator, create_time, body) VALUES (?, ?, ?, ?, ?)";

}  // namespace

absl::StatusOr<v1::Amendment> AmendmentStore::Get(db::Session& session, const std::string& plan,
                                                  int64_t number) const {
  DUBAN_ASSIGN_OR_RETURN(const db::Rows rows, session.Query(kGet, {plan, number}));
  if (rows.empty()) {
    return Error(kAmendmentNotFound)
        .With("amendment", absl::StrCat("plans/", plan, "/amendments/", number))
        .Build();
  }
  v1::Amendment amendment;
  DUBAN_RETURN_IF_ERROR(FromBody(rows.front().GetString(0), &amendment));
  return amendment;
}

absl::StatusOr<std::vector<v1::Amendment>> AmendmentStore::List(db::Session& session,
                                                                const std::string& plan,
                                                                const std::string& indicator,
                                                                int64_t after_number,
                                                                int limit) const {
  absl::StatusOr<db::Rows> rows =
      indicator.empty() ? session.Query(kList, {plan, after_number, limit})
                        : session.Query(kListOfIndicator, {plan, indicator, after_number, limit});
  DUBAN_RETURN_IF_ERROR(rows.status());
  std::vector<v1::Amendment> amendments;
  for (const db::Row& row : *rows) {
    DUBAN_RETURN_IF_ERROR(FromBody(row.GetString(0), &amendments.emplace_back()));
  }
  return amendments;
}

absl::Status AmendmentStore::Insert(db::Transaction& tx, const v1::Amendment& amendment) const {
  const std::vector<std::string> name = absl::StrSplit(amendment.name(), '/');
  int64_t number = 0;
  if (name.size() != 4 || !absl::SimpleAtoi(name[3], &number)) {
    return absl::InternalError(absl::StrCat("no name of an amendment: ", amendment.name()));
  }
  DUBAN_ASSIGN_OR_RETURN(std::string body, ToBody(amendment));
  return tx
      .Execute(kInsert, {name[1], number, IdOf(amendment.indicator()),
                         FromTimestamp(amendment.create_time()), std::move(body)})
      .status();
}

}  // namespace duban::indicator
