#ifndef DUBAN_SERVICES_REVIEW_ACTION_ITEM_FIXTURE_H_
#define DUBAN_SERVICES_REVIEW_ACTION_ITEM_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/base/sha256.h"
#include "duban/review/v1/action_item_service.grpc.pb.h"
#include "duban/review/v1/calendar_service.grpc.pb.h"
#include "duban/submission/v1/evidence_service.grpc.pb.h"
#include "services/review/review_fixture.h"

namespace duban::review {

// A test over the orders of a plan of its own, by the calendars of deploy/plans. An order of five
// working days given at the beginning, 2024-03-29 09:00, is due on 2024-04-08 at 17:30.
class ActionItemTest : public ReviewTest {
 protected:
  using Stub = v1::ActionItemService::Stub;

  ActionItemTest()
      : items_(v1::ActionItemService::NewStub(Services::Get().review->channel())),
        evidence_(submission::v1::EvidenceService::NewStub(Services::Get().submission->channel())),
        plan_(PublishLinxiang()) {
    const auto calendars = v1::CalendarService::NewStub(Services::Get().review->channel());
    const v1::CalendarDocument document = ChineseCalendars();
    for (const v1::Calendar& calendar : document.calendars()) {
      v1::ImportCalendarRequest request;
      *request.mutable_calendar() = calendar;
      EXPECT_THAT(Call(kOffice, *calendars, &v1::CalendarService::Stub::ImportCalendar, request),
                  testing::IsOk());
    }
  }

  // Local time `2024-04-02 17:30`.
  static absl::Time At(const std::string& local) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(
        absl::ParseTime("%Y-%m-%d %H:%M", local, absl::FixedTimeZone(8 * 3600), &time, &error))
        << local << error;
    return time;
  }
  static void Now(const std::string& local) { Services::Get().clock.Set(At(local)); }

  // `$` stands for the plan's name.
  std::string Expand(const std::string& text) const {
    return absl::StrReplaceAll(text, {{"$", plan_}});
  }

  // Orders something of units/water for five working days; fields named in `change` replace that.
  absl::StatusOr<v1::ActionItem> Order(const Who& who, const std::string& change = "") const {
    auto request = FromText<v1::CreateActionItemRequest>(
        Expand("parent: '$' action_item { title: '补报灌区改造进度' unit: 'units/water' "
               "due_workdays: 5 }"));
    request.MergeFrom(FromText<v1::CreateActionItemRequest>(Expand(change)));
    return Call(who, *items_, &Stub::CreateActionItem, request);
  }
  v1::ActionItem Ordered(const std::string& change = "") const {
    const auto item = Order(kReviewer, change);
    EXPECT_THAT(item, testing::IsOk());
    return item.ok() ? *item : v1::ActionItem();
  }

  // One move; `fields` are those of the request but its name.
  template <typename Request>
  absl::StatusOr<v1::ActionItem> Verb(const Who& who,
                                      grpc::Status (Stub::*rpc)(grpc::ClientContext*,
                                                                const Request&, v1::ActionItem*),
                                      const std::string& name,
                                      const std::string& fields = "") const {
    auto request = FromText<Request>(Expand(fields));
    request.set_name(name);
    return Call(who, *items_, rpc, request);
  }

  absl::StatusOr<v1::ActionItem> Get(const Who& who, const std::string& name) const {
    return Verb(who, &Stub::GetActionItem, name);
  }
  absl::StatusOr<v1::ListActionItemsResponse> List(const Who& who, const std::string& filter = "",
                                                   int page_size = 0,
                                                   const std::string& token = "") const {
    v1::ListActionItemsRequest request;
    request.set_parent(plan_);
    request.set_filter(Expand(filter));
    request.set_page_size(page_size);
    request.set_page_token(token);
    return Call(who, *items_, &Stub::ListActionItems, request);
  }

  // Uploads a small file of the unit and answers its name.
  std::string Upload(const Who& who, const std::string& seed) const {
    const std::string bytes = absl::StrCat("%PDF-1.7 ", seed, "\n");
    submission::v1::UploadEvidenceRequest header;
    header.mutable_header()->set_parent(plan_);
    header.mutable_header()->set_unit(who.unit);
    header.mutable_header()->set_filename("办结材料.pdf");
    header.mutable_header()->set_media_type("application/pdf");
    header.mutable_header()->set_size(static_cast<int64_t>(bytes.size()));
    header.mutable_header()->set_sha256(Sha256Hex(bytes));
    submission::v1::UploadEvidenceRequest chunk;
    chunk.set_chunk(bytes);
    grpc::ClientContext context;
    Services::Get().review->Authorize(&context, who.role, who.unit);
    submission::v1::Evidence answer;
    const auto stream = evidence_->UploadEvidence(&context, &answer);
    stream->Write(header);
    stream->Write(chunk);
    stream->WritesDone();
    EXPECT_THAT(client::FromGrpc(stream->Finish()), testing::IsOk());
    return answer.name();
  }

  // Brings an order of units/water to where its closure is asked for.
  void AskForClosure(const std::string& name) const {
    const std::string evidence = Upload(kWater, name);
    EXPECT_THAT(Verb(kWater, &Stub::AcknowledgeItem, name), testing::IsOk());
    EXPECT_THAT(Verb(kWater, &Stub::RequestClosure, name,
                     absl::StrCat("text: '已办结' evidence: '", evidence, "'")),
                testing::IsOk());
  }

  std::unique_ptr<Stub> items_;
  std::unique_ptr<submission::v1::EvidenceService::Stub> evidence_;
  const std::string plan_;
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_ACTION_ITEM_FIXTURE_H_
