#include "services/notification/digest_rules.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/text.h"
#include "services/notification/word_rules.h"

namespace duban::notification {
namespace {

using Texts = v1::PreviewTemplateResponse;

constexpr size_t kMostLines = 100;
constexpr size_t kShortTextCharacters = 70;
constexpr size_t kTitleLength = 200;

}  // namespace

Texts DigestTexts(const std::string& day, const std::vector<Texts>& notices, int part) {
  const size_t number = notices.size();
  Texts digest;
  digest.set_title(absl::StrCat("每日汇总（", DateWords(day, Language::kChinese), "，", number,
                                "条", part > 1 ? absl::StrCat("，第", part, "部分") : "", "）"));
  digest.set_title_en(absl::StrCat("Daily digest of ", day, " (", number,
                                   part > 1 ? absl::StrCat(", part ", part) : "", ")"));
  digest.set_short_text(absl::StrCat("【督办】今日汇总", number, "条，请登录查看。"));
  for (size_t i = 0; i < std::min(number, kMostLines); ++i) {
    const Texts& notice = notices[i];
    absl::StrAppend(digest.mutable_body(), i + 1, ". ", notice.title(), "\n");
    absl::StrAppend(digest.mutable_body_en(), i + 1, ". ",
                    notice.title_en().empty() ? notice.title() : notice.title_en(), "\n");
  }
  if (number > kMostLines) {
    absl::StrAppend(digest.mutable_body(), "……共", number, "条。\n");
    absl::StrAppend(digest.mutable_body_en(), "… ", number, " in all.\n");
  }
  return digest;
}

Texts StepUpTexts(const std::string& member_display_name, const Texts& message) {
  Texts texts;
  texts.set_title(PrintableExcerpt(absl::StrCat("【未签收】", message.title()), kTitleLength));
  texts.set_short_text(
      PrintableExcerpt(absl::StrCat("【督办】", member_display_name, "尚未签收：", message.title()),
                       kShortTextCharacters));
  texts.set_body(absl::StrCat("下列紧急消息已送", member_display_name,
                              "，逾时未签收，请督促办理。\n\n", message.body()));
  const std::string& title_en = message.title_en().empty() ? message.title() : message.title_en();
  texts.set_title_en(PrintableExcerpt(absl::StrCat("Not acknowledged: ", title_en), kTitleLength));
  texts.set_body_en(
      absl::StrCat(member_display_name,
                   " has not acknowledged the urgent message below in time; please see to it.\n\n",
                   message.body_en().empty() ? message.body() : message.body_en()));
  return texts;
}

}  // namespace duban::notification
