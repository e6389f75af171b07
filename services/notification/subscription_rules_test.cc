#include "services/notification/subscription_rules.h"

#include <functional>
#include <string>
#include <vector>

#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::notification {
namespace {

using testing::FailsWith;
using testing::IsOk;
using v1::Subscription;

const absl::Time kSubscribedAt = absl::FromUnixSeconds(1711674000);
constexpr absl::StatusCode kInvalidSubscription = absl::StatusCode::kInvalidArgument;

Subscription GoodSubscription() {
  Subscription subscription;
  subscription.set_display_name("省平台");
  subscription.add_event_types("duban.submission.*");
  subscription.add_plans("plans/p");
  subscription.add_units("units/water");
  return subscription;
}

struct FieldCase {
  const char* name;
  std::function<void(Subscription*)> spoil;
  const char* field;
};

const FieldCase kFieldCases[] = {
    {"no name", [](auto* s) { s->clear_display_name(); }, "subscription.display_name"},
    {"a long name", [](auto* s) { s->set_display_name(std::string(101, 'a')); },
     "subscription.display_name"},
    {"no type", [](auto* s) { s->clear_event_types(); }, "subscription.event_types"},
    {"a star alone", [](auto* s) { s->add_event_types("*"); }, "subscription.event_types"},
    {"a star amid", [](auto* s) { s->add_event_types("duban.*.report"); },
     "subscription.event_types"},
    {"half a word", [](auto* s) { s->add_event_types("duban.sub*"); }, "subscription.event_types"},
    {"upper case", [](auto* s) { s->add_event_types("Duban"); }, "subscription.event_types"},
    {"a plan twice", [](auto* s) { s->add_plans("plans/p"); }, "subscription.plans"},
    {"no plan's name", [](auto* s) { s->add_plans("p"); }, "subscription.plans"},
    {"no unit's name", [](auto* s) { s->add_units("plans/p"); }, "subscription.units"},
};

TEST(SubscriptionRulesTest, ChecksEveryField) {
  EXPECT_THAT(CheckSubscription(GoodSubscription()), IsOk());
  for (const FieldCase& test : kFieldCases) {
    Subscription subscription = GoodSubscription();
    test.spoil(&subscription);
    EXPECT_THAT(CheckSubscription(subscription),
                FailsWith(kInvalidSubscription, "FIELD_INVALID", test.field))
        << test.name;
  }
}

struct SubscriptionMoveCase {
  Subscription::State from;
  SubscriptionMove move;
  Subscription::State to;  // STATE_UNSPECIFIED: refused
};

const SubscriptionMoveCase kSubscriptionMoveCases[] = {
    {Subscription::PENDING, SubscriptionMove::kVerify, Subscription::ACTIVE},
    {Subscription::PENDING, SubscriptionMove::kPause, Subscription::STATE_UNSPECIFIED},
    {Subscription::PENDING, SubscriptionMove::kResume, Subscription::STATE_UNSPECIFIED},
    {Subscription::PENDING, SubscriptionMove::kDisable, Subscription::STATE_UNSPECIFIED},
    {Subscription::ACTIVE, SubscriptionMove::kVerify, Subscription::STATE_UNSPECIFIED},
    {Subscription::ACTIVE, SubscriptionMove::kPause, Subscription::PAUSED},
    {Subscription::ACTIVE, SubscriptionMove::kResume, Subscription::STATE_UNSPECIFIED},
    {Subscription::ACTIVE, SubscriptionMove::kDisable, Subscription::DISABLED},
    {Subscription::PAUSED, SubscriptionMove::kVerify, Subscription::STATE_UNSPECIFIED},
    {Subscription::PAUSED, SubscriptionMove::kPause, Subscription::STATE_UNSPECIFIED},
    {Subscription::PAUSED, SubscriptionMove::kResume, Subscription::ACTIVE},
    {Subscription::PAUSED, SubscriptionMove::kDisable, Subscription::DISABLED},
    {Subscription::DISABLED, SubscriptionMove::kVerify, Subscription::ACTIVE},
    {Subscription::DISABLED, SubscriptionMove::kPause, Subscription::STATE_UNSPECIFIED},
    {Subscription::DISABLED, SubscriptionMove::kResume, Subscription::STATE_UNSPECIFIED},
    {Subscription::DISABLED, SubscriptionMove::kDisable, Subscription::STATE_UNSPECIFIED},
};

TEST(SubscriptionRulesTest, MovesByItsTable) {
  for (const SubscriptionMoveCase& test : kSubscriptionMoveCases) {
    Subscription subscription = GoodSubscription();
    subscription.set_state(test.from);
    *subscription.mutable_failing_since() = ToTimestamp(kSubscribedAt);
    const auto after = MoveSubscription(subscription, test.move, "维护", kSubscribedAt);
    if (test.to == Subscription::STATE_UNSPECIFIED) {
      EXPECT_THAT(after,
                  FailsWith(absl::StatusCode::kFailedPrecondition, "SUBSCRIPTION_MOVE_NOT_ALLOWED"))
          << test.from << static_cast<int>(test.move);
      continue;
    }
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(after->state(), test.to);
    EXPECT_EQ(after->has_failing_since(), test.to != Subscription::ACTIVE);
  }
}

TEST(SubscriptionRulesTest, APauseHasAReason) {
  Subscription subscription = GoodSubscription();
  subscription.set_state(Subscription::ACTIVE);
  EXPECT_THAT(MoveSubscription(subscription, SubscriptionMove::kPause, "", kSubscribedAt),
              FailsWith(kInvalidSubscription, "FIELD_INVALID", "reason"));
}

struct WantsCase {
  const char* name;
  std::vector<std::string> types;
  std::vector<std::string> plans;
  std::vector<std::string> units;
  bool wants;
};

const WantsCase kWantsCases[] = {
    {"the type", {"duban.submission.report.accepted"}, {}, {}, true},
    {"another type", {"duban.submission.report.returned"}, {}, {}, false},
    {"the beginning of a type is another one", {"duban.submission.report"}, {}, {}, false},
    {"a prefix", {"duban.submission.*"}, {}, {}, true},
    {"one of several", {"duban.review.*", "duban.submission.report.*"}, {}, {}, true},
    {"another prefix", {"duban.sub.*"}, {}, {}, false},
    {"its plan", {"duban.*"}, {"plans/q", "plans/p"}, {}, true},
    {"another plan", {"duban.*"}, {"plans/q"}, {}, false},
    {"its unit", {"duban.*"}, {"plans/p"}, {"units/water"}, true},
    {"another unit", {"duban.*"}, {"plans/p"}, {"units/housing"}, false},
};

TEST(SubscriptionRulesTest, WantsWhatFits) {
  common::v1::Event event;
  event.set_type("duban.submission.report.accepted");
  event.set_plan("plans/p");
  event.set_unit("units/water");
  for (const WantsCase& test : kWantsCases) {
    Subscription subscription;
    for (const std::string& type : test.types) subscription.add_event_types(type);
    for (const std::string& plan : test.plans) subscription.add_plans(plan);
    for (const std::string& unit : test.units) subscription.add_units(unit);
    EXPECT_EQ(Wants(subscription, event), test.wants) << test.name;
  }
  event.clear_unit();
  EXPECT_FALSE(Wants(GoodSubscription(), event));
}

TEST(SubscriptionRulesTest, FiveDaysOfFailureAreTooLong) {
  EXPECT_FALSE(HasFailedTooLong(kSubscribedAt, 1000, kSubscribedAt + absl::Hours(119)));
  EXPECT_FALSE(HasFailedTooLong(kSubscribedAt, 9, kSubscribedAt + absl::Hours(1000)));
  EXPECT_TRUE(HasFailedTooLong(kSubscribedAt, 10, kSubscribedAt + absl::Hours(120)));
}

TEST(SubscriptionRulesTest, AnOwnerIsToldOfItsOwnUnits) {
  const std::vector<std::string> water = {"units/water"};
  EXPECT_TRUE(IsGranted(std::nullopt, "units/education"));
  EXPECT_TRUE(IsGranted(water, "units/water"));
  EXPECT_FALSE(IsGranted(water, "units/education"));
  EXPECT_FALSE(IsGranted(water, ""));
  EXPECT_FALSE(IsGranted(std::vector<std::string>(), "units/water"));
}

TEST(SubscriptionRulesTest, SecretsEndWithinThirtyDays) {
  EXPECT_EQ(*SecretExpiry(nullptr, kSubscribedAt), kSubscribedAt + absl::Hours(24));
  const auto asked = ToTimestamp(kSubscribedAt + absl::Hours(720));
  EXPECT_EQ(*SecretExpiry(&asked, kSubscribedAt), kSubscribedAt + absl::Hours(720));
  for (const absl::Duration wait : {absl::Hours(721), absl::Seconds(-1)}) {
    const auto wrong = ToTimestamp(kSubscribedAt + wait);
    EXPECT_THAT(SecretExpiry(&wrong, kSubscribedAt),
                FailsWith(kInvalidSubscription, "FIELD_INVALID", "expire_time"));
  }
}

TEST(SubscriptionRulesTest, ExpiredSecretsAreDropped) {
  Subscription subscription;
  subscription.add_secrets()->set_number(3);
  for (int number = 2; number > 0; --number) {
    Subscription::Secret& secret = *subscription.add_secrets();
    secret.set_number(number);
    *secret.mutable_expire_time() = ToTimestamp(kSubscribedAt + absl::Hours(number));
  }
  DropExpiredSecrets(kSubscribedAt + absl::Hours(1), &subscription);
  ASSERT_EQ(subscription.secrets_size(), 2);
  EXPECT_EQ(subscription.secrets(1).number(), 2);
}

}  // namespace
}  // namespace duban::notification
