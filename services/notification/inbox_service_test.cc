// The inbox over gRPC: reading it, marking what was read, acknowledging.
#include <string>
#include <vector>

#include "common/base/timestamp.h"
#include "services/notification/inbox_fixture.h"

namespace duban::notification {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kDenied;
using testing::kInvalid;
using testing::kNotFound;

class InboxServiceTest : public InboxFixture {
 protected:
  absl::StatusOr<v1::ListMessagesResponse> List(const std::string& member,
                                                const std::string& filter = "", int page_size = 0,
                                                const std::string& page_token = "") {
    v1::ListMessagesRequest request;
    request.set_parent("members/" + member);
    request.set_filter(filter);
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    return Call(&Stub::ListMessages, member, request);
  }

  static std::vector<int64_t> Numbers(const v1::ListMessagesResponse& response) {
    std::vector<int64_t> numbers;
    for (const v1::Message& message : response.messages()) numbers.push_back(message.sequence());
    return numbers;
  }

  absl::StatusOr<v1::Message> Get(const std::string& member, const std::string& name) {
    v1::GetMessageRequest request;
    request.set_name(name);
    return Call(&Stub::GetMessage, member, request);
  }

  absl::StatusOr<v1::MarkReadResponse> Mark(const std::string& member,
                                            const std::vector<std::string>& names,
                                            int64_t up_to = 0, const std::string& request_id = "") {
    v1::MarkReadRequest request;
    request.set_parent("members/" + member);
    for (const std::string& name : names) request.add_names(name);
    request.set_up_to_sequence(up_to);
    request.set_request_id(request_id);
    return Call(&Stub::MarkRead, member, request);
  }

  // `marked unread_count`.
  static std::vector<int64_t> Marks(const absl::StatusOr<v1::MarkReadResponse>& response) {
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    return {response->marked(), response->unread_count()};
  }

  absl::StatusOr<v1::Message> Acknowledge(const std::string& member, const std::string& name) {
    v1::AcknowledgeMessageRequest request;
    request.set_name(name);
    return Call(&Stub::AcknowledgeMessage, member, request);
  }

  // A message that asks to be acknowledged within four hours.
  std::string TellUrgently(const std::string& member) {
    NewMessage message = MessageTo(member);
    message.content.set_urgency(v1::URGENT);
    message.content.set_acknowledgement_required(true);
    *message.content.mutable_step_up_time() = ToTimestamp(clock_.Now() + absl::Hours(4));
    return Tell({message}).front();
  }

  int64_t Count(const std::string& sql) {
    const auto rows = harness_.database().Read(
        MachineNow() + absl::Seconds(10), [&](db::Session& session) { return session.Query(sql); });
    EXPECT_THAT(rows, IsOk());
    return rows->front().GetInt(0);
  }
};

TEST_F(InboxServiceTest, ListsTheNewestFirstInPages) {
  Tell("wang", 3);
  Tell("li", 5);
  const auto first = List("li", "", 2);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Numbers(*first), ElementsAre(5, 4));
  EXPECT_EQ(first->unread_count(), 5);
  Tell("li", 1);  // what comes between two pages moves nothing
  const auto second = List("li", "", 2, first->next_page_token());
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Numbers(*second), ElementsAre(3, 2));
  const auto third = List("li", "", 2, second->next_page_token());
  ASSERT_THAT(third, IsOk());
  EXPECT_THAT(Numbers(*third), ElementsAre(1));
  EXPECT_EQ(third->next_page_token(), "");
  EXPECT_EQ(third->unread_count(), 6);
}

TEST_F(InboxServiceTest, WhoWasNeverToldAnythingHasAnEmptyInbox) {
  const auto response = List("zhao");
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(Numbers(*response), IsEmpty());
  EXPECT_EQ(response->unread_count(), 0);
  EXPECT_NE(response->cursor(), "");
  EXPECT_THAT(Marks(Mark("zhao", {}, 7)), ElementsAre(0, 0));
}

TEST_F(InboxServiceTest, AMessageSaysWhatWasTold) {
  const std::string name = TellUrgently("li");
  const auto message = Get("li", name);
  ASSERT_THAT(message, IsOk());
  NewMessage told = MessageTo("li");
  told.content.set_name(name);
  told.content.set_sequence(1);
  told.content.set_urgency(v1::URGENT);
  told.content.set_acknowledgement_required(true);
  *told.content.mutable_create_time() = ToTimestamp(clock_.Now());
  *told.content.mutable_step_up_time() = ToTimestamp(clock_.Now() + absl::Hours(4));
  EXPECT_EQ(message->SerializeAsString(), told.content.SerializeAsString());
  EXPECT_EQ(List("li")->messages(0).SerializeAsString(), message->SerializeAsString());
}

TEST_F(InboxServiceTest, WhatIsNotThereIsNotFound) {
  const std::string of_wang = Tell("wang", 1).front();
  const std::string mine = "members/li" + of_wang.substr(of_wang.find("/messages/"));
  EXPECT_THAT(Get("li", mine), FailsWith(kNotFound, "MESSAGE_NOT_FOUND"));
  EXPECT_THAT(Mark("li", {mine}), FailsWith(kNotFound, "MESSAGE_NOT_FOUND"));
  EXPECT_THAT(Acknowledge("li", mine), FailsWith(kNotFound, "MESSAGE_NOT_FOUND"));
  EXPECT_EQ(List("wang")->unread_count(), 1);
}

TEST_F(InboxServiceTest, MarksOneOrSeveral) {
  const std::vector<std::string> names = Tell("li", 4);
  clock_.Advance(absl::Minutes(5));
  EXPECT_THAT(Marks(Mark("li", {names[1]})), ElementsAre(1, 3));
  EXPECT_THAT(Marks(Mark("li", {names[1]})), ElementsAre(0, 3));
  EXPECT_THAT(Marks(Mark("li", {names[0], names[1], names[3], names[0]})), ElementsAre(2, 1));
  EXPECT_THAT(Numbers(*List("li", "unread = true")), ElementsAre(3));
  EXPECT_EQ(FromTimestamp(Get("li", names[3])->read_time()), clock_.Now());
  EXPECT_FALSE(Get("li", names[2])->has_read_time());
}

TEST_F(InboxServiceTest, OneThatIsMissingLeavesAllAsTheyWere) {
  const std::string name = Tell("li", 1).front();
  EXPECT_THAT(Mark("li", {name, "members/li/messages/none"}),
              FailsWith(kNotFound, "MESSAGE_NOT_FOUND"));
  EXPECT_EQ(List("li")->unread_count(), 1);
}

TEST_F(InboxServiceTest, MarksAllUpToANumberHoweverManyTheyAre) {
  Tell("wang", 1);
  Tell("li", 700);
  Tell("li", 600);
  EXPECT_THAT(Marks(Mark("li", {}, 1250)), ElementsAre(1250, 50));
  EXPECT_THAT(Marks(Mark("li", {}, 1250)), ElementsAre(0, 50));
  EXPECT_EQ(List("li", "unread = true", 1)->messages(0).sequence(), 1300);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM messages WHERE unread = 1"), 51);
  EXPECT_EQ(List("wang")->unread_count(), 1);
}

TEST_F(InboxServiceTest, ARepeatGetsTheFirstAnswer) {
  Tell("li", 3);
  const std::string request_id = NewUuid7(MachineNow());
  EXPECT_THAT(Marks(Mark("li", {}, 2, request_id)), ElementsAre(2, 1));
  EXPECT_THAT(Marks(Mark("li", {}, 2, request_id)), ElementsAre(2, 1));
  EXPECT_THAT(Mark("li", {}, 3, request_id), FailsWith(kInvalid, "REQUEST_ID_REUSED"));
}

TEST_F(InboxServiceTest, ARefusedRequestMarksNothingHoweverManyTheyAre) {
  Tell("li", 600);
  const std::string request_id = NewUuid7(MachineNow());
  EXPECT_THAT(Marks(Mark("li", {}, 1, request_id)), ElementsAre(1, 599));
  EXPECT_THAT(Mark("li", {}, 600, request_id), FailsWith(kInvalid, "REQUEST_ID_REUSED"));
  EXPECT_THAT(Mark("li", {}, 600, "once"), FailsWith(kInvalid, "FIELD_INVALID", "request_id"));
  EXPECT_EQ(List("li")->unread_count(), 599);
}

TEST_F(InboxServiceTest, AcknowledgingReadsAndIsDoneOnce) {
  const std::string name = TellUrgently("li");
  clock_.Advance(absl::Minutes(5));
  const absl::Time acknowledged = clock_.Now();
  const auto first = Acknowledge("li", name);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(FromTimestamp(first->acknowledge_time()), acknowledged);
  EXPECT_EQ(FromTimestamp(first->read_time()), acknowledged);
  EXPECT_FALSE(first->has_step_up_time());
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(Acknowledge("li", name)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Get("li", name)->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(List("li")->unread_count(), 0);
  EXPECT_EQ(Count("SELECT COUNT(*) FROM messages WHERE step_up_time IS NOT NULL"), 0);
}

TEST_F(InboxServiceTest, WhatWasReadIsCountedOnce) {
  const std::string name = TellUrgently("li");
  Tell("li", 1);
  EXPECT_THAT(Marks(Mark("li", {name})), ElementsAre(1, 1));
  EXPECT_THAT(Acknowledge("li", name), IsOk());
  EXPECT_EQ(List("li")->unread_count(), 1);
  EXPECT_THAT(Acknowledge("li", Tell("li", 1).front()),
              FailsWith(testing::kPrecondition, "ACKNOWLEDGEMENT_NOT_ASKED"));
}

TEST_F(InboxServiceTest, ChangesAreOnRecordAndRepeatsAreNot) {
  const std::string name = TellUrgently("li");
  for (int i = 0; i < 2; ++i) {
    Acknowledge("li", name).status().IgnoreError();
    Mark("li", {name}).status().IgnoreError();
  }
  Tell("li", 1);
  Mark("li", {}, 2).status().IgnoreError();
  EXPECT_EQ(Count("SELECT COUNT(*) FROM audit_entries"), 2);
}

TEST_F(InboxServiceTest, NobodyReadsAnotherOnesInbox) {
  const std::string name = TellUrgently("wang");
  v1::ListMessagesRequest list;
  list.set_parent("members/wang");
  v1::MarkReadRequest mark;
  mark.set_parent("members/wang");
  mark.set_up_to_sequence(1);
  for (const char* stranger : {"li", "wan", "wang-2"}) {
    EXPECT_THAT(Call(&Stub::ListMessages, stranger, list), FailsWith(kDenied, "NOT_OWN_MEMBER"));
    EXPECT_THAT(Call(&Stub::MarkRead, stranger, mark), FailsWith(kDenied, "NOT_OWN_MEMBER"));
    EXPECT_THAT(Get(stranger, name), FailsWith(kDenied, "NOT_OWN_MEMBER"));
    EXPECT_THAT(Acknowledge(stranger, name), FailsWith(kDenied, "NOT_OWN_MEMBER"));
  }
  EXPECT_EQ(List("wang")->unread_count(), 1);
}

TEST_F(InboxServiceTest, BadInputIsNamed) {
  EXPECT_THAT(List("li", "unread = false"), FailsWith(kInvalid, "FILTER_INVALID"));
  EXPECT_THAT(List("li", "colour = red"), FailsWith(kInvalid, "FILTER_INVALID"));
  Tell("li", 3);
  const std::string token = List("li", "", 1)->next_page_token();
  EXPECT_THAT(List("li", "unread = true", 1, token), FailsWith(kInvalid, "PAGE_TOKEN_INVALID"));
  EXPECT_THAT(Mark("li", {}), FailsWith(kInvalid, "FIELD_INVALID", "names"));
}

}  // namespace
}  // namespace duban::notification
