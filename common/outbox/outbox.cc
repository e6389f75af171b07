#include "common/outbox/outbox.h"

#include <string>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "google/protobuf/util/json_util.h"

namespace duban {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO outbox_events (id, service, type, subject, plan, unit, sequence, time, data_type,"
    " data_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

}  // namespace

absl::Status Outbox::Append(db::Transaction& tx, std::string_view type, const EventSubject& subject,
                            const google::protobuf::Message& data, absl::Time now) const {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(data, &json);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  return tx
      .Execute(kInsert,
               {NewUuid7(MachineNow()), service_, type, subject.resource, subject.plan,
                subject.unit, subject.sequence, now, data.GetDescriptor()->full_name(), json})
      .status();
}

}  // namespace duban
