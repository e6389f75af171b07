#ifndef DUBAN_SERVICES_SUBMISSION_ARTICLE_KEY_RULES_H_
#define DUBAN_SERVICES_SUBMISSION_ARTICLE_KEY_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/base/error.h"

// By what two articles are the same.
namespace duban::submission {

inline constexpr Reason kUrlInvalid{"URL_INVALID", absl::StatusCode::kInvalidArgument,
                                    "网址无效:{zh}", "The address is invalid: {en}."};

// An address in the one spelling that all its spellings share: without scheme, default port,
// fragment, dot segments, slash at the end of the path and tracking parameters, host in lower case,
// parameters in order, percent-encoding in upper case and only where it is needed.
// INVALID_ARGUMENT URL_INVALID (field article.url) unless it is an http or https address with a
// host, without user, blanks and control characters, of at most 1000 characters of UTF-8.
absl::StatusOr<std::string> NormalizeUrl(std::string_view url);

// A title in the one spelling that its spellings share: full-width forms as ASCII, letters in lower
// case, without blanks and punctuation. Empty if nothing else is in it, or it is not UTF-8.
std::string NormalizeTitle(std::string_view title);

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_ARTICLE_KEY_RULES_H_
