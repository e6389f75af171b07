// Messages on their way to members, by mail and text message, and what providers say of them.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/timestamp.h"
#include "services/notification/letter_fixture.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using v1::Delivery;

class LetterDeliveryTest : public LetterTest {};

TEST_F(LetterDeliveryTest, AMailReachesItsMember) {
  Enroll("li", "li@example.gov.cn", "13800005678");
  Write("li");
  const Delivery delivery = Await("li", "EMAIL", Delivery::SENT);
  const nlohmann::json mail = Receiver().Received().back();
  EXPECT_EQ(mail.at("recipient"), "li@example.gov.cn");
  EXPECT_EQ(mail.at("secure"), true);
  EXPECT_EQ(mail.at("user"), "duban");
  const std::string body = mail.at("body");
  EXPECT_THAT(body, HasSubstr(absl::StrCat("Message-ID: <",
                                           delivery.name().substr(delivery.name().rfind('/') + 1),
                                           "@example.gov.cn>")));
  EXPECT_THAT(body, HasSubstr("Subject: =?UTF-8?B?6YCa5oql5bey5Y2w5Y+R?="));
  // The text message waited for the mail to fail.
  Await("li", "SMS", Delivery::CANCELLED);
  EXPECT_TRUE(ReceivedAt("/ok/sms").empty());
}

TEST_F(LetterDeliveryTest, WhereMailIsRefusedATextMessageGoes) {
  Enroll("wang", "refused@example.gov.cn", "13900001234");
  Write("wang");
  EXPECT_EQ(Await("wang", "EMAIL", Delivery::DEAD).last_error(), "answered 550");
  const Delivery text = Await("wang", "SMS", Delivery::SENT);
  const nlohmann::json request = ReceivedAt("/ok/sms").back();
  EXPECT_EQ(request.at("headers").at("x-key"), "right");
  const nlohmann::json body = nlohmann::json::parse(request.at("body").get<std::string>());
  EXPECT_EQ(body.at("to"), "13900001234");
  EXPECT_EQ(body.at("text"), "请签收“通报”");
  EXPECT_EQ(body.at("id"), text.name().substr(text.name().rfind('/') + 1));
  for (const Delivery& delivery : DeliveriesOf("members/-")) {
    EXPECT_FALSE(absl::StrContains(delivery.DebugString(), "1390000")) << "no personal data";
  }
}

TEST_F(LetterDeliveryTest, AMailThatIsNotTakenYetIsTriedAgain) {
  Enroll("chen", "later@example.gov.cn", "");
  Write("chen");
  EXPECT_TRUE(testing::WaitUntil(absl::Seconds(20), [&] {
    return DeliveriesOf("members/chen", "channel = EMAIL")[0].attempt_count() == 1;
  }));
  const Delivery mail = DeliveriesOf("members/chen", "channel = EMAIL")[0];
  EXPECT_EQ(mail.state(), Delivery::DUE);
  EXPECT_EQ(mail.last_error(), "answered 451");
}

TEST_F(LetterDeliveryTest, AMemberWithoutAddressesIsSeenToHaveNone) {
  Enroll("zhao", "", "");
  Write("zhao");
  EXPECT_THAT(Await("zhao", "EMAIL", Delivery::DEAD).last_error(), HasSubstr("no address"));
  EXPECT_THAT(Await("zhao", "SMS", Delivery::DEAD).last_error(), HasSubstr("no address"));
}

TEST_F(LetterDeliveryTest, AReceiptConfirmsOnce) {
  Enroll("sun", "", "13700001111");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::SENT);
  const std::string message = ProviderMessage("sun");
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "a forger's key"));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "", "sms-gateway"));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED, "receipt-key", "unknown"));
  EXPECT_FALSE(Receipt("m-unknown", Delivery::ARRIVED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::SENT);
  EXPECT_TRUE(Receipt(message, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(message, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(message, Delivery::FAILED));
  const Delivery confirmed = GetDelivery(text.name());
  EXPECT_EQ(confirmed.state(), Delivery::CONFIRMED);
  EXPECT_EQ(confirmed.receipt(), Delivery::ARRIVED);
  EXPECT_EQ(FromTimestamp(confirmed.confirm_time()), clock_.Now());
}

TEST_F(LetterDeliveryTest, AReceiptMaySayThatItNeverArrived) {
  Enroll("zhou", "", "13700002222");
  Write("zhou");
  const Delivery text = Await("zhou", "SMS", Delivery::SENT);
  EXPECT_TRUE(Receipt(ProviderMessage("zhou"), Delivery::FAILED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::DEAD);
  EXPECT_FALSE(Receipt(ProviderMessage("zhou"), Delivery::ARRIVED));
}

TEST_F(LetterDeliveryTest, WhereNoReceiptComesTheNextChannelGoes) {
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700003333");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::SENT);
  EXPECT_EQ(FromTimestamp(text.due_time()), clock_.Now() + absl::Minutes(15));
  EXPECT_EQ(DeliveriesOf("members/sun", "channel = EMAIL")[0].state(), Delivery::WAITING);
  clock_.Advance(absl::Minutes(15));
  Await("sun", "EMAIL", Delivery::SENT);
  // One that comes late counts all the same.
  EXPECT_TRUE(Receipt(ProviderMessage("sun"), Delivery::ARRIVED));
  EXPECT_EQ(GetDelivery(text.name()).state(), Delivery::CONFIRMED);
}

// Before it is on record that the provider took it. The first one counts.
TEST_F(LetterDeliveryTest, AReceiptMayComeEarly) {
  const std::string next = absl::StrCat("m-", ReceivedAt("/ok/sms").size() + 1);
  EXPECT_FALSE(Receipt(next, Delivery::ARRIVED));
  EXPECT_FALSE(Receipt(next, Delivery::FAILED));
  EXPECT_FALSE(Receipt(next, Delivery::ARRIVED, "a forger's key"));
  EXPECT_EQ(Select("SELECT receipt FROM early_receipts"), std::vector<std::string>{"1"});
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700004444");
  Write("sun");
  const Delivery text = Await("sun", "SMS", Delivery::CONFIRMED);
  EXPECT_EQ(ProviderMessage("sun"), next);
  EXPECT_EQ(text.receipt(), Delivery::ARRIVED);
  Await("sun", "EMAIL", Delivery::CANCELLED);
  EXPECT_EQ(Select("SELECT receipt FROM early_receipts"), std::vector<std::string>());
}

TEST_F(LetterDeliveryTest, AnEarlyFailureSendsItTheNextWay) {
  const std::string next = absl::StrCat("m-", ReceivedAt("/ok/sms").size() + 1);
  EXPECT_FALSE(Receipt(next, Delivery::FAILED));
  text_first_ = true;
  Enroll("sun", "sun@example.gov.cn", "13700005555");
  Write("sun");
  EXPECT_EQ(Await("sun", "SMS", Delivery::DEAD).receipt(), Delivery::FAILED);
  Await("sun", "EMAIL", Delivery::SENT);
}

TEST_F(LetterDeliveryTest, ReceiptsAreChecked) {
  v1::RecordReceiptRequest request;
  request.set_provider("sms-gateway");
  request.set_provider_message("m");
  EXPECT_THAT(Call(*deliveries_, &Deliveries::RecordReceipt, System(), request),
              FailsWith(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "receipt"));
}

TEST(ChannelsFileTest, StopsTheStartWhereItIsWrong) {
  Settings settings;
  settings.channels_file = "/nonexistent/channels.json";
  EXPECT_THAT(Definition(settings).assemble({.signer = &testing::TestSigner()}),
              FailsWith(absl::StatusCode::kFailedPrecondition, "CHANNELS_INVALID"));
}

}  // namespace
}  // namespace duban::notification
