#include "services/review/canonical_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/digest.h"
#include "common/base/timestamp.h"

namespace duban::review {
namespace {

constexpr size_t kHashDigits = 64;

}  // namespace

std::string FirstPreviousHash() { return std::string(kHashDigits, '0'); }

std::string CanonicalEntry(const v1::AuditEntry& entry) {
  std::string bytes;
  const auto add = [&](const char* name, const std::string& value) {
    absl::StrAppend(&bytes, name, " ", value.size(), ":", value, "\n");
  };
  add("id", entry.id());
  add("service", entry.service());
  add("time_us", absl::StrCat(absl::ToUnixMicros(FromTimestamp(entry.time()))));
  add("actor", entry.actor());
  add("issuer", entry.issuer());
  add("unit", entry.unit());
  add("roles", entry.roles());
  add("method", entry.method());
  add("resource", entry.resource());
  add("outcome", entry.outcome());
  add("request_id", entry.request_id());
  add("trace_id", entry.trace_id());
  add("before_json", entry.before_json());
  add("after_json", entry.after_json());
  return bytes;
}

std::string ChainHash(v1::HashAlgorithm algorithm, std::string_view previous_hash, int64_t sequence,
                      std::string_view canonical) {
  const HashFunction function = algorithm == v1::SM3 ? HashFunction::kSm3 : HashFunction::kSha256;
  return HexDigest(function, absl::StrCat(std::string(previous_hash), "\n", sequence, "\n",
                                          std::string(canonical)));
}

std::string DigestStatement(const v1::AuditDigest& digest) {
  return absl::StrCat("duban audit digest\nsequence ", digest.sequence(), "\nhash ", digest.hash(),
                      "\nalgorithm ", v1::HashAlgorithm_Name(digest.algorithm()), "\ntime_us ",
                      absl::ToUnixMicros(FromTimestamp(digest.time())), "\n");
}

std::string IdFloor(absl::Time time) {
  const std::string digits = absl::StrFormat("%012x", absl::ToUnixMillis(time));
  return absl::StrCat(digits.substr(0, 8), "-", digits.substr(8));
}

}  // namespace duban::review
