#include "common/outbox/outbox.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/shared_time.h"
#include "common/base/status.h"
#include "common/db/repeated.h"
#include "duban/common/v1/event.pb.h"
#include "google/protobuf/descriptor.pb.h"

namespace duban {
namespace {

constexpr db::Repeated kInsert = {
    "INSERT INTO outbox_events (id, service, type, subject, plan, unit, sequence, time, data_type,"
    " data_json) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ", ", ""};

// Whoever is told of an event reads its data by its type, so the two belong together.
absl::Status CheckType(const OutboxEvent& event) {
  const std::string& declared =
      event.data->GetDescriptor()->options().GetExtension(common::v1::event_type);
  if (declared == event.type) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(event.data->GetDescriptor()->full_name(),
                                          " is declared as \"", declared, "\" and written as \"",
                                          event.type, "\""));
}

}  // namespace

absl::Status Outbox::Append(db::Transaction& tx, std::string_view type, const EventSubject& subject,
                            const google::protobuf::Message& data, absl::Time now) const {
  return AppendAll(tx, {{std::string(type), subject, &data, now}});
}

absl::Status Outbox::AppendAll(db::Transaction& tx, const std::vector<OutboxEvent>& events) const {
  std::vector<std::vector<db::Value>> rows;
  rows.reserve(events.size());
  for (const OutboxEvent& event : events) {
    DUBAN_RETURN_IF_ERROR(CheckType(event));
    const EventSubject& subject = event.subject;
    rows.push_back({NewUuid7(SharedNow()), service_, event.type, subject.resource, subject.plan,
                    subject.unit, subject.sequence, event.time,
                    event.data->GetDescriptor()->full_name(), ToJson(*event.data)});
  }
  return db::ExecuteRepeated(tx, kInsert, std::move(rows)).status();
}

}  // namespace duban
