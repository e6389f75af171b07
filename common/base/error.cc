#include "common/base/error.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/base/rpc_status.h"
#include "common/base/text.h"

namespace duban {
namespace {

using Metadata = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kMaxValueCharacters = 200;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

// One pass, so that braces in a value are not taken for a key.
std::string FillIn(std::string_view text, const Metadata& metadata) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) break;
    const std::string_view key = text.substr(open + 1, close - open - 1);
    const auto found = std::find_if(metadata.begin(), metadata.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    filled += text.substr(0, open);
    filled += found != metadata.end() ? found->second : text.substr(open, close + 1 - open);
    text.remove_prefix(close + 1);
  }
  filled += text;
  return filled;
}

std::string Describe(std::string_view reason, std::string_view zh, std::string_view en) {
  return absl::StrCat(View(reason), ": ", View(zh), " / ", View(en));
}

void AddViolation(std::string_view path, std::string_view reason, const std::string& zh,
                  const std::string& en, google::rpc::BadRequest* bad_request) {
  google::rpc::BadRequest::FieldViolation* violation = bad_request->add_field_violations();
  violation->set_field(std::string(path));
  violation->set_description(Describe(reason, zh, en));
  violation->set_reason(std::string(reason));
  violation->mutable_localized_message()->set_locale(std::string(kChinese));
  violation->mutable_localized_message()->set_message(zh);
}

absl::Status Assemble(absl::StatusCode code, std::string_view reason, const Metadata& metadata,
                      const std::string& zh, const std::string& en,
                      const google::rpc::BadRequest& bad_request) {
  absl::Status status(code, en);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain("duban");
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  AttachDetail(info, &status);
  if (bad_request.field_violations_size() > 0) AttachDetail(bad_request, &status);
  for (const auto& [locale, text] : {std::pair(kChinese, &zh), std::pair(kEnglish, &en)}) {
    google::rpc::LocalizedMessage message;
    message.set_locale(std::string(locale));
    message.set_message(*text);
    AttachDetail(message, &status);
  }
  return status;
}

std::string Join(std::string_view prefix, const std::string& path) {
  if (path.empty()) return std::string(prefix);
  if (prefix.empty()) return path;
  return absl::StrCat(View(prefix), path.front() == '[' ? "" : ".", path);
}

}  // namespace

Error& Error::With(std::string_view key, std::string_view value) {
  metadata_.emplace_back(key, PrintableExcerpt(value, kMaxValueCharacters));
  return *this;
}

Error& Error::Field(std::string_view path) {
  fields_.push_back(PrintableExcerpt(path, kMaxValueCharacters));
  return *this;
}

Error& Error::RetryAfterMilliseconds(int64_t milliseconds) {
  retry_after_ms_ = milliseconds;
  return *this;
}

absl::Status Error::Build() const {
  const std::string zh = FillIn(reason_.zh, metadata_);
  const std::string en = FillIn(reason_.en, metadata_);
  google::rpc::BadRequest bad_request;
  for (const std::string& field : fields_) AddViolation(field, reason_.name, zh, en, &bad_request);
  absl::Status status = Assemble(reason_.code, reason_.name, metadata_, zh, en, bad_request);
  if (retry_after_ms_ > 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_after_ms_ / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(retry_after_ms_ % 1000) * 1'000'000);
    AttachDetail(retry, &status);
  }
  return status;
}

void Violations::Add(std::string_view prefix, const absl::Status& status) {
  if (status.ok()) return;
  const auto bad_request = GetBadRequest(status);
  if (!bad_request || bad_request->field_violations().empty()) {
    Entry entry{std::string(prefix),
                GetReason(status),
                GetLocalizedText(status, kChinese),
                std::string(status.message()),
                {}};
    if (const auto info = GetErrorInfo(status)) {
      entry.metadata.assign(info->metadata().begin(), info->metadata().end());
    }
    entries_.push_back(std::move(entry));
    return;
  }
  for (const auto& violation : bad_request->field_violations()) {
    const std::string& zh = violation.localized_message().message();
    // The English text is what the description has after the parts that are known.
    const absl::string_view en =
        absl::StripPrefix(violation.description(), Describe(violation.reason(), zh, ""));
    Entry entry{Join(prefix, violation.field()), violation.reason(), zh, std::string(en), {}};
    const auto info = GetErrorInfo(status);
    if (info && bad_request->field_violations_size() == 1) {
      entry.metadata.assign(info->metadata().begin(), info->metadata().end());
    }
    entries_.push_back(std::move(entry));
  }
}

absl::Status Violations::ToStatus(const Reason& several, absl::StatusCode code,
                                  std::string_view hint) const {
  if (entries_.empty()) return absl::OkStatus();
  google::rpc::BadRequest bad_request;
  for (const Entry& entry : entries_) {
    AddViolation(entry.path, entry.reason, entry.zh, entry.en, &bad_request);
  }
  const Entry& first = entries_.front();
  const std::string number = absl::StrCat(entries_.size());
  Metadata metadata = entries_.size() == 1 ? first.metadata : Metadata();
  metadata.erase(std::remove_if(metadata.begin(), metadata.end(),
                                [](const auto& entry) { return entry.first == "violations"; }),
                 metadata.end());
  metadata.emplace_back("violations", number);
  if (!hint.empty()) metadata.emplace_back("hint", hint);
  const bool same = std::all_of(entries_.begin(), entries_.end(),
                                [&](const Entry& entry) { return entry.reason == first.reason; });
  if (!same) {
    return Assemble(code, several.name, metadata, FillIn(several.zh, metadata),
                    FillIn(several.en, metadata), bad_request);
  }
  if (entries_.size() == 1) {
    return Assemble(code, first.reason, metadata, first.zh, first.en, bad_request);
  }
  return Assemble(code, first.reason, metadata, absl::StrCat(first.zh, "(共", number, "处)"),
                  absl::StrCat(first.en, " (", number, " violations in all)"), bad_request);
}

std::optional<google::rpc::ErrorInfo> GetErrorInfo(const absl::Status& status) {
  return FindDetail<google::rpc::ErrorInfo>(status);
}

std::optional<google::rpc::BadRequest> GetBadRequest(const absl::Status& status) {
  return FindDetail<google::rpc::BadRequest>(status);
}

std::optional<google::rpc::RetryInfo> GetRetryInfo(const absl::Status& status) {
  return FindDetail<google::rpc::RetryInfo>(status);
}

std::string GetLocalizedText(const absl::Status& status, std::string_view locale) {
  const auto message = FindDetail<google::rpc::LocalizedMessage>(status, locale);
  return message ? message->message() : "";
}

std::string GetReason(const absl::Status& status) {
  const auto info = GetErrorInfo(status);
  return info ? info->reason() : "";
}

absl::Status FieldInvalid(std::string_view field, std::string_view zh, std::string_view en) {
  return Error(kFieldInvalid).With("field", field).With("zh", zh).With("en", en).Field(field);
}

absl::Status CheckEtag(std::string_view given, std::string_view current) {
  if (given.empty() || given == current) return absl::OkStatus();
  return Error(kStaleEtag).With("current", current).Field("etag");
}

std::string MakeEtag(int64_t version) { return absl::StrCat("v", version); }

}  // namespace duban
