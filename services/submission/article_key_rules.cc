#include "services/submission/article_key_rules.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/text.h"

namespace duban::submission {
namespace {

constexpr int kUrlCharacters = 1000;
constexpr int kLastPort = 65535;

// Parameters that say who shared a page and how, never which page it is.
constexpr std::array<std::string_view, 21> kTrackingParameters = {"spm",
                                                                  "scm",
                                                                  "fbclid",
                                                                  "gclid",
                                                                  "dclid",
                                                                  "msclkid",
                                                                  "yclid",
                                                                  "mc_cid",
                                                                  "mc_eid",
                                                                  "share_from",
                                                                  "share_token",
                                                                  "share_source",
                                                                  "share_medium",
                                                                  "sharer_shareinfo",
                                                                  "sharer_shareinfo_first",
                                                                  "isappinstalled",
                                                                  "nsukey",
                                                                  "clicktime",
                                                                  "enterid",
                                                                  "wxshare_count",
                                                                  "xhsshare"};
// Where WeChat adds `from` it says in which window the page was opened.
constexpr std::array<std::string_view, 4> kWechatFrom = {"timeline", "singlemessage",
                                                         "groupmessage", "message"};

absl::Status Invalid(std::string_view zh, std::string_view en) {
  return Error(kUrlInvalid).With("zh", zh).With("en", en).Field("article.url");
}

bool IsUnreserved(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void AppendEncoded(unsigned char c, std::string* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out->push_back('%');
  out->push_back(kDigits[c >> 4]);
  out->push_back(kDigits[c & 0xF]);
}

// Decodes what needs no encoding, encodes what is not ASCII, and writes the rest in upper case. A
// percent sign that encodes nothing is encoded itself.
std::string NormalizeEncoding(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      c = static_cast<unsigned char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
      if (IsUnreserved(c)) {
        out.push_back(static_cast<char>(c));
      } else {
        AppendEncoded(c, &out);
      }
    } else if (c == '%' || c >= 0x80) {
      AppendEncoded(c, &out);
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  return out;
}

// Without `.` and `..`, and without the slash at the end.
std::string NormalizePath(std::string_view path) {
  std::vector<std::string> kept;
  const std::string encoded = NormalizeEncoding(path);
  for (const absl::string_view segment : absl::StrSplit(encoded, '/')) {
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (segment != ".") {
      kept.emplace_back(segment);
    }
  }
  std::string out = absl::StrJoin(kept, "/");
  if (!absl::StartsWith(out, "/")) out.insert(0, "/");
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out == "/" ? "" : out;
}

bool IsTracking(const std::string& name, const std::string& value) {
  const auto in = [](const auto& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  const std::string lower = absl::AsciiStrToLower(name);
  return absl::StartsWith(lower, "utm_") || in(kTrackingParameters, lower) ||
         (lower == "from" && in(kWechatFrom, value));
}

std::string NormalizeQuery(std::string_view query) {
  std::vector<std::string> kept;
  for (const absl::string_view parameter :
       absl::StrSplit(absl::string_view(query.data(), query.size()), '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    const std::string name = NormalizeEncoding(std::string(parts.first));
    const std::string value = NormalizeEncoding(std::string(parts.second));
    if (IsTracking(name, value)) continue;
    kept.push_back(absl::StrCat(name, "=", value));
  }
  std::sort(kept.begin(), kept.end());
  return kept.empty() ? "" : absl::StrCat("?", absl::StrJoin(kept, "&"));
}

// `host` or `host:port` in lower case, without the scheme's own port.
absl::StatusOr<std::string> NormalizeAuthority(std::string_view authority, bool secure) {
  if (authority.find('@') != std::string_view::npos) {
    return Invalid("不得含有用户名", "it names a user");
  }
  std::string host = NormalizeEncoding(authority);
  std::string port;
  const size_t colon = host.rfind(':');
  if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
    port = host.substr(colon + 1);
    host.resize(colon);
  }
  host = absl::AsciiStrToLower(host);
  while (!host.empty() && host.back() == '.') host.pop_back();
  if (host.empty()) return Invalid("缺少主机名", "it has no host");
  int number = secure ? 443 : 80;
  const int standard = number;
  const bool digits = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  if (!port.empty() &&
      (!digits || !absl::SimpleAtoi(port, &number) || number < 1 || number > kLastPort)) {
    return Invalid("端口无效", "its port is none");
  }
  return number == standard ? host : absl::StrCat(host, ":", number);
}

// What a title's spelling may differ in: blanks, and the punctuation of ASCII, Latin-1, general and
// CJK punctuation with their vertical and small forms.
bool IsDropped(char32_t code) {
  if (code < 0x80) return !absl::ascii_isalnum(static_cast<unsigned char>(code));
  struct Range {
    char32_t first;
    char32_t last;
  };
  static constexpr std::array<Range, 9> kRanges = {{{0x80, 0xA9},
                                                    {0xAB, 0xB4},
                                                    {0xB6, 0xB9},
                                                    {0xBB, 0xBF},
                                                    {0x2000, 0x206F},
                                                    {0x3000, 0x3004},
                                                    {0x3008, 0x3020},
                                                    {0xFE10, 0xFE6F},
                                                    {0xFF5F, 0xFF65}}};
  return code == 0xFEFF || std::any_of(kRanges.begin(), kRanges.end(), [&](const Range& range) {
           return code >= range.first && code <= range.last;
         });
}

// Full-width forms are ASCII shifted by a constant.
char32_t Narrow(char32_t code) {
  constexpr char32_t kFirst = 0xFF01;
  constexpr char32_t kLast = 0xFF5E;
  return code >= kFirst && code <= kLast ? code - kFirst + 0x21 : code;
}

}  // namespace

absl::StatusOr<std::string> NormalizeUrl(std::string_view url) {
  if (!CheckText(url, "article.url", kUrlCharacters, /*required=*/true).ok()) {
    return Invalid("应为不超过1000字符的有效文本", "it is no text of at most 1000 characters");
  }
  for (const char c : url) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      return Invalid("不得含有空白", "there is a blank in it");
    }
  }
  const size_t colon = url.find("://");
  const std::string scheme =
      absl::AsciiStrToLower(std::string(url.substr(0, std::min(colon, url.size()))));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return Invalid("应以 http:// 或 https:// 开头", "it begins with neither http:// nor https://");
  }
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t question = rest.find('?');
  const std::string query =
      question == std::string_view::npos ? "" : NormalizeQuery(rest.substr(question + 1));
  rest = rest.substr(0, question);
  const size_t slash = std::min(rest.find('/'), rest.size());
  DUBAN_ASSIGN_OR_RETURN(const std::string host,
                         NormalizeAuthority(rest.substr(0, slash), scheme == "https"));
  return absl::StrCat(host, NormalizePath(rest.substr(slash)), query);
}

std::string NormalizeTitle(std::string_view title) {
  std::string out;
  while (!title.empty()) {
    const auto character = FirstCharacter(title);
    if (!character) return "";
    const char32_t narrow = Narrow(character->code);
    if (!IsDropped(narrow)) {
      if (narrow < 0x80) {
        out.push_back(absl::ascii_tolower(static_cast<unsigned char>(narrow)));
      } else {
        out.append(title.substr(0, character->size));
      }
    }
    title.remove_prefix(character->size);
  }
  return out;
}

}  // namespace duban::submission
