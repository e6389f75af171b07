#ifndef DUBAN_SERVICES_REVIEW_BULLETIN_WORDS_H_
#define DUBAN_SERVICES_REVIEW_BULLETIN_WORDS_H_

#include <string>

#include "duban/indicator/v1/indicator.pb.h"
#include "duban/review/v1/bulletin.pb.h"

// How parts of a document's content are called, on paper and in workbooks.
namespace duban::review {

// 绿, 黄, 红, 灰.
const char* LightText(indicator::v1::Light light);

// 全市 for the whole plan's line.
std::string UnitText(const std::string& unit, const std::string& unit_name);

// 升2, 降1, 平.
std::string ChangeText(int change);

// The name of a score's peer group; 其他 for units of none.
std::string GroupText(const v1::Appraisal& appraisal, const std::string& peer_group);

// The total less what the lines gave, with a sign.
std::string AdjustedText(const v1::UnitScore& score);

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_BULLETIN_WORDS_H_
