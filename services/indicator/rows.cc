#include "services/indicator/rows.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/status.h"
#include "google/protobuf/util/json_util.h"

namespace duban::indicator {
namespace {

constexpr size_t kLargestSlice = 64;  // a power of two

std::string Repeat(std::string_view part, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&text, i == 0 ? "" : ",", std::string(part));
  return text;
}

size_t LargestPowerOfTwo(size_t most) {
  size_t size = kLargestSlice;
  while (size > most) size /= 2;
  return size;
}

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
  for (size_t begin = 0; begin < rows.size();) {
    const size_t size = LargestPowerOfTwo(rows.size() - begin);
    const std::string row = absl::StrCat("(", Repeat("?", rows[begin].size()), ")");
    RowValues values;
    for (size_t i = begin; i < begin + size; ++i) {
      values.insert(values.end(), rows[i].begin(), rows[i].end());
    }
    DUBAN_RETURN_IF_ERROR(
        tx.Execute(absl::StrCat(std::string(head), " ", Repeat(row, size)), values).status());
    begin += size;
  }
  return absl::OkStatus();
}

absl::StatusOr<db::Rows> QueryIn(db::Session& session, std::string_view sql, const RowValues& first,
                                 const std::vector<std::string>& keys) {
  db::Rows all;
  for (size_t begin = 0; begin < keys.size();) {
    const size_t size = LargestPowerOfTwo(keys.size() - begin);
    RowValues values = first;
    for (size_t i = begin; i < begin + size; ++i) values.emplace_back(keys[i]);
    const std::string text = absl::StrReplaceAll(
        std::string(sql), {{"IN (...)", absl::StrCat("IN (", Repeat("?", size), ")")}});
    DUBAN_ASSIGN_OR_RETURN(db::Rows rows, session.Query(text, values));
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
    begin += size;
  }
  return all;
}

}  // namespace duban::indicator
