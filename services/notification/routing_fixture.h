#ifndef DUBAN_SERVICES_NOTIFICATION_ROUTING_FIXTURE_H_
#define DUBAN_SERVICES_NOTIFICATION_ROUTING_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/client/caller.h"
#include "common/testing/fake_clock.h"
#include "common/testing/service_harness.h"
#include "duban/common/v1/event.pb.h"
#include "duban/indicator/v1/directory_service.grpc.pb.h"
#include "duban/indicator/v1/plan_service.grpc.pb.h"
#include "duban/notification/v1/routing_document.pb.h"
#include "google/protobuf/message.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "services/notification/dispatcher.h"
#include "services/notification/routing.h"
#include "services/notification/teller.h"

namespace duban::notification {

// deploy/notification/routing.json as an operator imports it: `{"templates": …, "routes": …}`.
v1::RoutingDocument DefaultRouting();

// The real indicator service of the test program, as RoutingTest says: where it is, and a member of
// its directory changed or added.
std::string DirectoryTarget();
void PutMember(const indicator::v1::Member& member);
// A member with one post from 2024-01-01 on. Ids are bare.
indicator::v1::Member MemberWith(const std::string& id, const std::string& unit,
                                 common::v1::Role role);

// One replica's part in dispatching and telling, by the database of the fixture.
class Replica {
 public:
  Replica(db::Database* database, const Clock* clock, const std::string& indicator_target,
          Dispatcher::FanOut fan_out = nullptr,
          const Teller::Options& telling = {.lease = absl::Seconds(2)});

  Expansion& expansion() { return expansion_; }
  Dispatcher& dispatcher() { return dispatcher_; }
  Teller& teller() { return teller_; }

 private:
  const server::Environment environment_;
  const client::Caller indicator_;
  const Customs customs_;
  Directory directory_;
  Expansion expansion_;
  Dispatcher dispatcher_;
  Teller teller_;
};

// This service on a database of its own, and the real indicator service behind it, made once per
// test program, with the plan plans/linxiang-innovation-2024 and these members:
//   li, zhao (REPORTER of units/water), wu (UNIT_HEAD there), wang (REPORTER of
//   units/sci-industry), chen (OFFICE there), mayor (LEADER).
// It is Friday 2024-03-29 09:00 where the plan is.
class RoutingTest : public ::testing::Test {
 protected:
  RoutingTest();

  // The clock reads this local time, `2024-03-29 09:00`.
  void SetClock(const std::string& local);

  // Stores the default templates and routes.
  void ImportDefaults();

  // Stores an event as if it came from its service; Answers its id.
  std::string Publish(const std::string& type, const std::string& subject, int64_t sequence,
                      const google::protobuf::Message& data,
                      const std::string& unit = "units/water");

  // Looks until nothing is due any more.
  void Dispatch();
  void Tell();

  // The rows of a SELECT, columns joined by blanks.
  std::vector<std::string> Select(const std::string& sql, size_t columns);

  // Calls an RPC of this service in the name of a role; `member` is the caller's bare id.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*rpc)(grpc::ClientContext*, const Request&,
                                                          Response*),
                                const Request& request, common::v1::Role role = common::v1::ADMIN,
                                const std::string& member = "admin") {
    grpc::ClientContext context;
    Authorize(&context, role, member);
    Response response;
    const absl::Status status = client::FromGrpc((stub.*rpc)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  static void UpdateMember(const indicator::v1::Member& member) { PutMember(member); }
  static indicator::v1::Member MemberOf(const std::string& id, const std::string& unit,
                                        common::v1::Role role) {
    return MemberWith(id, unit, role);
  }

  testing::FakeClock& clock();
  db::Database& database() { return service_->database(); }
  Replica& replica() { return *replica_; }
  std::string indicator_target() const;
  const std::shared_ptr<grpc::Channel>& channel() const { return service_->channel(); }

 private:
  static void Authorize(grpc::ClientContext* context, common::v1::Role role,
                        const std::string& member);

  std::unique_ptr<testing::ServiceHarness> service_;
  std::unique_ptr<Replica> replica_;
};

}  // namespace duban::notification

#endif  // DUBAN_SERVICES_NOTIFICATION_ROUTING_FIXTURE_H_
