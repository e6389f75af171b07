#ifndef DUBAN_SERVICES_NOTIFICATION_DIGEST_RULES_H_
#define DUBAN_SERVICES_NOTIFICATION_DIGEST_RULES_H_

#include <string>
#include <vector>

#include "duban/notification/v1/template_service.pb.h"

// The texts that this service writes itself.
namespace duban::notification {

// 每日汇总: of the local day `YYYY-MM-DD` with at least one notice, by their texts; which part of
// it, from 1.
v1::PreviewTemplateResponse DigestTexts(const std::string& day,
                                        const std::vector<v1::PreviewTemplateResponse>& notices,
                                        int part = 1);

// 未签收提醒: tells a unit head of an urgent message that a member of the unit has not
// acknowledged.
v1::PreviewTemplateResponse StepUpTexts(const std::string& member_display_name,
                                        const v1::PreviewTemplateResponse& message);

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_DIGEST_RULES_H_
