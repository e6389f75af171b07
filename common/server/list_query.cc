#include "common/server/list_query.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/status.h"
#include "common/server/canonical_bytes.h"

namespace duban::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kDefaultPageSize = 100;
constexpr int kLargestPageSize = 1000;
constexpr size_t kDigestBytes = 8;

// The digest covers the query and the key, so that neither can be exchanged alone.
std::string TokenDigest(const Message& request, std::string_view last_key) {
  const std::unique_ptr<Message> query(request.New());
  query->CopyFrom(request);
  for (const char* paging : {"page_size", "page_token"}) {
    if (const FieldDescriptor* field = query->GetDescriptor()->FindFieldByName(paging)) {
      query->GetReflection()->ClearField(query.get(), field);
    }
  }
  std::string bytes = CanonicalBytes(*query);
  bytes.push_back('\0');
  bytes.append(last_key);
  return Sha256(bytes).substr(0, kDigestBytes);
}

absl::StatusOr<std::string> ReadPageToken(const Message& request, const std::string& token) {
  std::string bytes;
  if (absl::WebSafeBase64Unescape(token, &bytes) && bytes.size() > kDigestBytes) {
    const std::string key = bytes.substr(kDigestBytes);
    // Comparing the whole token also refuses other spellings of the same bytes.
    if (MakePageToken(request, key) == token) return key;
  }
  return Error(kPageTokenInvalid).Field("page_token");
}

absl::Status FilterError(std::string_view zh, std::string_view en) {
  return Error(kFilterInvalid).With("zh", zh).With("en", en).Field("filter");
}

// Reads `field = value (AND field = value)*` from left to right.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  absl::StatusOr<std::map<std::string, std::string>> Read(
      const std::vector<std::string_view>& fields) {
    std::map<std::string, std::string> terms;
    SkipBlanks();
    while (!AtEnd()) {
      const std::string field = Word();
      if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
        return FilterError(absl::StrCat("不能按“", field, "”筛选"),
                           absl::StrCat("there is no filtering by \"", field, "\""));
      }
      if (!Take('=')) {
        return FilterError(absl::StrCat(field, " 之后应为“=”"),
                           absl::StrCat("\"=\" must follow ", field));
      }
      const std::optional<std::string> value = ReadValue();
      if (!value) {
        return FilterError(absl::StrCat(field, " 缺少值或引号未闭合"),
                           absl::StrCat("the value of ", field, " is missing or not closed"));
      }
      if (!terms.emplace(field, *value).second) {
        return FilterError(absl::StrCat(field, " 出现多次"),
                           absl::StrCat(field, " stands more than once"));
      }
      if (AtEnd()) return terms;
      if (Word() != "AND" || AtEnd()) {
        return FilterError("条件之间应以 AND 连接", "terms must be joined by AND");
      }
    }
    return terms;
  }

 private:
  static bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  bool AtEnd() const { return position_ == text_.size(); }

  void SkipBlanks() {
    while (!AtEnd() && IsBlank(text_[position_])) ++position_;
  }

  bool Take(char c) {
    if (AtEnd() || text_[position_] != c) return false;
    ++position_;
    SkipBlanks();
    return true;
  }

  // Up to the next blank, quote or equals sign; empty if there is nothing.
  std::string Word() {
    const size_t begin = position_;
    while (!AtEnd() && !IsBlank(text_[position_]) && text_[position_] != '=' &&
           text_[position_] != '"') {
      ++position_;
    }
    std::string word(text_.substr(begin, position_ - begin));
    SkipBlanks();
    return word;
  }

  std::optional<std::string> ReadValue() {
    if (AtEnd()) return std::nullopt;
    if (text_[position_] != '"') {
      std::string word = Word();
      if (word.empty()) return std::nullopt;
      return word;
    }
    const size_t close = text_.find('"', position_ + 1);
    if (close == std::string_view::npos) return std::nullopt;
    std::string value(text_.substr(position_ + 1, close - position_ - 1));
    position_ = close + 1;
    SkipBlanks();
    return value;
  }

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace

std::string ListQuery::Filter(std::string_view field) const {
  const auto found = filter.find(std::string(field));
  return found == filter.end() ? "" : found->second;
}

absl::StatusOr<ListQuery> ParseListQuery(const Message& request,
                                         const std::vector<std::string_view>& fields) {
  ListQuery query;
  const Descriptor* descriptor = request.GetDescriptor();
  const google::protobuf::Reflection* reflection = request.GetReflection();
  if (const FieldDescriptor* field = descriptor->FindFieldByName("page_size")) {
    const int given = reflection->GetInt32(request, field);
    if (given < 0) return FieldInvalid("page_size", "不能为负数", "it must not be negative");
    query.page_size = given == 0 ? kDefaultPageSize : std::min(given, kLargestPageSize);
  }
  if (const FieldDescriptor* field = descriptor->FindFieldByName("page_token")) {
    const std::string token = reflection->GetString(request, field);
    if (!token.empty()) {
      DUBAN_ASSIGN_OR_RETURN(query.after, ReadPageToken(request, token));
    }
  }
  if (const FieldDescriptor* field = descriptor->FindFieldByName("filter")) {
    const std::string text = reflection->GetString(request, field);
    DUBAN_ASSIGN_OR_RETURN(query.filter, FilterReader(text).Read(fields));
  }
  return query;
}

std::string MakePageToken(const Message& request, std::string_view last_key) {
  return absl::WebSafeBase64Escape(
      absl::StrCat(TokenDigest(request, last_key), std::string(last_key)));
}

}  // namespace duban::server
