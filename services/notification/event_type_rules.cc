#include "services/notification/event_type_rules.h"

#include <functional>
#include <map>

#include "duban/common/v1/event.pb.h"
#include "duban/indicator/v1/events.pb.h"
#include "duban/review/v1/action_item_events.pb.h"
#include "duban/review/v1/appraisal_events.pb.h"
#include "duban/review/v1/bulletin_events.pb.h"
#include "duban/review/v1/calendar_events.pb.h"
#include "duban/review/v1/session_events.pb.h"
#include "duban/submission/v1/article_events.pb.h"
#include "duban/submission/v1/events.pb.h"
#include "duban/submission/v1/obligation_events.pb.h"
#include "google/protobuf/descriptor.pb.h"

namespace duban::notification {
namespace {

using google::protobuf::Descriptor;
using Types = std::map<std::string, const Descriptor*, std::less<>>;

Types ReadTypes() {
  // One message of each file that declares events.
  const Descriptor* const files[] = {
      indicator::v1::PlanPublished::descriptor(),     review::v1::ActionItemAssigned::descriptor(),
      review::v1::AppraisalPublished::descriptor(),   review::v1::BulletinPublished::descriptor(),
      review::v1::CalendarImported::descriptor(),     review::v1::SessionOpened::descriptor(),
      submission::v1::ArticleSubmitted::descriptor(), submission::v1::ReportSubmitted::descriptor(),
      submission::v1::ObligationOpened::descriptor()};
  Types types;
  for (const Descriptor* const one : files) {
    for (int i = 0; i < one->file()->message_type_count(); ++i) {
      const Descriptor* const message = one->file()->message_type(i);
      const std::string& type = message->options().GetExtension(common::v1::event_type);
      if (!type.empty()) types.emplace(type, message);
    }
  }
  return types;
}

const Types& AllTypes() {
  static const Types* types = new Types(ReadTypes());
  return *types;
}

}  // namespace

const Descriptor* DataOfType(std::string_view type) {
  const auto found = AllTypes().find(type);
  return found == AllTypes().end() ? nullptr : found->second;
}

const std::vector<std::string>& DeclaredTypes() {
  static const auto* names = [] {
    auto* all = new std::vector<std::string>();
    for (const auto& [type, message] : AllTypes()) all->push_back(type);
    return all;
  }();
  return *names;
}

}  // namespace duban::notification
