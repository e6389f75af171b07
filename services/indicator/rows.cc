#include "services/indicator/rows.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "google/protobuf/util/json_util.h"

namespace duban::indicator {
namespace {

absl::Status ToStatus(const google::protobuf::util::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(status.ToString());
}

}  // namespace

absl::StatusOr<std::string> ToBody(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string body;
  DUBAN_RETURN_IF_ERROR(
      ToStatus(google::protobuf::util::MessageToJsonString(message, &body, options)));
  return body;
}

absl::Status FromBody(const std::string& body, google::protobuf::Message* message) {
  // During a rolling update or after a rollback a newer binary may have written it.
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  return ToStatus(google::protobuf::util::JsonStringToMessage(body, message, options));
}

absl::Time EndOfTime() {
  return absl::FromCivil(absl::CivilSecond(9999, 12, 31, 23, 59, 59), absl::UTCTimeZone());
}

absl::Status InsertRows(db::Transaction& tx, std::string_view head,
                        const std::vector<RowValues>& rows) {
  if (rows.empty()) return absl::OkStatus();
  const std::string part = absl::StrCat(
      "(", absl::StrJoin(std::vector<std::string>(rows.front().size(), "?"), ", "), ")");
  return db::ExecuteRepeated(tx, {head, part, ", ", ""}, rows).status();
}

absl::StatusOr<db::Rows> QueryIn(db::Session& session, std::string_view sql,
                                 const std::vector<std::string>& keys) {
  constexpr std::string_view kDots = "...";
  const size_t dots = sql.find(kDots);
  std::vector<RowValues> rows;
  for (const std::string& key : keys) rows.push_back({key});
  return db::QueryRepeated(session,
                           {sql.substr(0, dots), "?", ", ", sql.substr(dots + kDots.size())}, rows);
}

}  // namespace duban::indicator
