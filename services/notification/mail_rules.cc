#include "services/notification/mail_rules.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/text.h"

namespace duban::notification {
namespace {

constexpr size_t kLongestMailAddress = 254;
// What may stand before the @ besides letters and digits without quotes (RFC 5322, atext).
constexpr std::string_view kLocalMarks = ".!#$%&'*+-/=?^_`{|}~";
constexpr size_t kLineLength = 76;
// So that `=?UTF-8?B?…?=` is at most 75 characters long.
constexpr size_t kWordBytes = 45;
constexpr char kBoundary[] = "duban-mail-part";

// Base64 in lines.
std::string Encoded(const std::string& text) {
  const std::string encoded = absl::Base64Escape(text);
  std::string lines;
  for (size_t i = 0; i < encoded.size(); i += kLineLength) {
    absl::StrAppend(&lines, encoded.substr(i, kLineLength), "\r\n");
  }
  return lines;
}

// A header's text as encoded words (RFC 2047), none of which cuts a character.
std::string EncodedWords(std::string_view text) {
  std::string words;
  std::string word;
  const auto flush = [&] {
    absl::StrAppend(&words, words.empty() ? "" : "\r\n ", "=?UTF-8?B?", absl::Base64Escape(word),
                    "?=");
    word.clear();
  };
  while (!text.empty()) {
    const std::optional<Utf8Character> character = FirstCharacter(text);
    const size_t size = character ? character->size : 1;
    if (word.size() + size > kWordBytes) flush();
    word.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  if (!word.empty() || words.empty()) flush();
  return words;
}

std::string Html(std::string_view text) {
  return absl::StrReplaceAll(
      absl::string_view(text.data(), text.size()),
      {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"\n", "<br>\n"}});
}

std::string Part(const char* type, const std::string& text) {
  return absl::StrCat("--", kBoundary, "\r\nContent-Type: ", type,
                      "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                      Encoded(text));
}

std::string PlainText(const Mail& mail) {
  if (mail.body_en.empty()) return mail.body;
  return absl::StrCat(mail.body, "\n\n", mail.title_en, "\n\n", mail.body_en);
}

std::string HtmlText(const Mail& mail) {
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"></head><body>\n<h3>",
      Html(mail.title), "</h3>\n<p>", Html(mail.body), "</p>\n");
  if (!mail.body_en.empty()) {
    absl::StrAppend(&html, "<div lang=\"en\"><h4>", Html(mail.title_en), "</h4>\n<p>",
                    Html(mail.body_en), "</p></div>\n");
  }
  return absl::StrCat(html, "</body></html>\n");
}

}  // namespace

std::string FormatMail(const Mail& mail) {
  const std::string host = mail.from.substr(mail.from.rfind('@') + 1);
  const std::string from = mail.from_name.empty()
                               ? mail.from
                               : absl::StrCat(EncodedWords(mail.from_name), " <", mail.from, ">");
  return absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", mail.time, absl::UTCTimeZone()),
      "\r\nFrom: ", from, "\r\nTo: ", mail.to, "\r\nMessage-ID: <", mail.id, "@", host,
      ">\r\nSubject: ", EncodedWords(mail.title),
      "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/alternative; boundary=\"",
      kBoundary, "\"\r\n\r\n", Part("text/plain", PlainText(mail)),
      Part("text/html", HtmlText(mail)), "--", kBoundary, "--\r\n");
}

bool IsMailAddress(std::string_view text) {
  if (text.size() > kLongestMailAddress) return false;
  const size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view domain = text.substr(at + 1);
  if (domain.empty() || domain.front() == '.' || domain.back() == '.') return false;
  const std::string_view local = text.substr(0, at);
  return std::all_of(local.begin(), local.end(),
                     [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                              kLocalMarks.find(c) != std::string_view::npos;
                     }) &&
         std::all_of(domain.begin(), domain.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

}  // namespace duban::notification
