// Units and members, on a real database.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "services/indicator/rows.h"
#include "services/indicator/service_fixture.h"

namespace duban::indicator {
namespace {

using ::testing::ElementsAre;
using testing::kAborted;
using testing::kExists;
using testing::kInvalid;
using testing::kNotFound;
using testing::kPrecondition;
using ::testing::UnorderedElementsAre;

class DirectoryServiceTest : public ServiceFixture {
 protected:
  absl::StatusOr<v1::Unit> CreateUnit(const std::string& text) {
    server::CallContext call = Call();
    return units_.CreateUnit(call, FromText<v1::CreateUnitRequest>(text));
  }
  absl::StatusOr<v1::Unit> GetUnit(const std::string& name) {
    server::CallContext call = Call();
    v1::GetUnitRequest request;
    request.set_name(name);
    return units_.GetUnit(call, request);
  }
  absl::StatusOr<v1::ListUnitsResponse> ListUnits(const std::string& text) {
    server::CallContext call = Call();
    return units_.ListUnits(call, FromText<v1::ListUnitsRequest>(text));
  }
  absl::StatusOr<v1::Unit> UpdateUnit(const std::string& text) {
    server::CallContext call = Call();
    return units_.UpdateUnit(call, FromText<v1::UpdateUnitRequest>(text));
  }
  absl::StatusOr<v1::Unit> CloseUnit(const std::string& text) {
    server::CallContext call = Call();
    return units_.CloseUnit(call, FromText<v1::CloseUnitRequest>(text));
  }
  absl::StatusOr<v1::Unit> Resolve(const std::string& text, const std::string& date = "") {
    server::CallContext call = Call();
    v1::ResolveUnitRequest request;
    request.set_text(text);
    request.set_date(date);
    return units_.ResolveUnit(call, request);
  }
  absl::StatusOr<v1::Member> CreateMember(const std::string& text) {
    server::CallContext call = Call();
    return members_.CreateMember(call, FromText<v1::CreateMemberRequest>(text));
  }
  absl::StatusOr<v1::Member> GetMember(const std::string& name) {
    server::CallContext call = Call();
    v1::GetMemberRequest request;
    request.set_name(name);
    return members_.GetMember(call, request);
  }
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const std::string& text) {
    server::CallContext call = Call();
    return members_.ListMembers(call, FromText<v1::ListMembersRequest>(text));
  }
  absl::StatusOr<v1::Member> UpdateMember(const std::string& text) {
    server::CallContext call = Call();
    return members_.UpdateMember(call, FromText<v1::UpdateMemberRequest>(text));
  }
  absl::StatusOr<v1::Member> Deactivate(const std::string& text) {
    server::CallContext call = Call();
    return members_.DeactivateMember(call, FromText<v1::DeactivateMemberRequest>(text));
  }
  void MakeUnits() {
    for (const char* text :
         {"unit_id: 'water' unit { display_name: '市水利局' kind: BUREAU aliases: '水利局' }",
          "unit_id: 'housing' unit { display_name: '市住建局' kind: BUREAU }",
          "unit_id: 'zone' unit { display_name: '高新区' kind: ZONE }",
          "unit_id: 'towns' unit { display_name: '各镇街道' kind: COLLECTIVE }"}) {
      ASSERT_THAT(CreateUnit(text), testing::IsOk());
    }
  }
};

TEST_F(DirectoryServiceTest, CreatesAndAnswersAUnit) {
  const auto unit = CreateUnit(
      "unit_id: 'water' unit { name: 'units/other' display_name: '市水利局' kind: BUREAU aliases: "
      "'水利局' valid_until: '2020-01-01' }");
  ASSERT_THAT(unit, testing::IsOk());
  EXPECT_EQ(unit->name(), "units/water");
  EXPECT_EQ(unit->valid_until(), "");
  EXPECT_EQ(unit->etag(), "v1");
  EXPECT_EQ(FromTimestamp(unit->update_time()), clock_.Now());
  EXPECT_EQ(GetUnit("units/water")->SerializeAsString(), unit->SerializeAsString());
  Refused([&] { return GetUnit("units/fire"); }, kNotFound, "UNIT_NOT_FOUND");
  Refused([&] { return GetUnit("water"); }, kInvalid, "FIELD_INVALID", "name");
}

TEST_F(DirectoryServiceTest, RefusesToCreateAWrongUnit) {
  MakeUnits();
  Refused([&] { return CreateUnit("unit_id: 'water' unit { display_name: '新局' kind: BUREAU }"); },
          kExists, "UNIT_EXISTS");
  Refused([&] { return CreateUnit("unit_id: 'w2' unit { display_name: '水利局' kind: BUREAU }"); },
          kExists, "UNIT_NAME_TAKEN", "unit.display_name");
  Refused(
      [&] {
        return CreateUnit(
            "unit_id: 'w2' unit { display_name: '新局' aliases: '市水利局' kind: BUREAU }");
      },
      kExists, "UNIT_NAME_TAKEN", "unit.aliases[0]");
  Refused([&] { return CreateUnit("unit_id: 'W' unit { display_name: '新局' kind: BUREAU }"); },
          kInvalid, "FIELD_INVALID", "unit_id");
  Refused(
      [&] {
        return CreateUnit(
            "unit_id: 'c' unit { display_name: '各局' kind: COLLECTIVE constituents: "
            "'units/fire' }");
      },
      kInvalid, "UNIT_UNKNOWN", "unit.constituents[0]");
  Refused(
      [&] {
        return CreateUnit(
            "unit_id: 'c' unit { display_name: '各局' kind: COLLECTIVE constituents: "
            "'units/towns' }");
      },
      kInvalid, "FIELD_INVALID", "unit.constituents[0]");
  const absl::Status two = Refused(
      [&] { return CreateUnit("unit_id: 'c' unit { valid_from: '2024-02-30' kind: BUREAU }"); },
      kInvalid, "REQUEST_INVALID");
  EXPECT_THAT(ViolationsOf(two), UnorderedElementsAre("unit.display_name FIELD_INVALID",
                                                      "unit.valid_from DATE_INVALID"));
}

TEST_F(DirectoryServiceTest, RareCharactersAndLetterCaseKeepNamesApart) {
  ASSERT_THAT(CreateUnit("unit_id: 'a' unit { display_name: '𠮷林局' kind: BUREAU }"),
              testing::IsOk());
  ASSERT_THAT(CreateUnit("unit_id: 'b' unit { display_name: '吉林局' kind: BUREAU }"),
              testing::IsOk());
  ASSERT_THAT(CreateUnit("unit_id: 'c' unit { display_name: 'VIP中心' kind: CENTER }"),
              testing::IsOk());
  ASSERT_THAT(CreateUnit("unit_id: 'd' unit { display_name: 'vip中心' kind: CENTER }"),
              testing::IsOk());
  EXPECT_EQ(Resolve("𠮷林局")->name(), "units/a");
  EXPECT_EQ(Resolve("vip中心")->name(), "units/d");
}

TEST_F(DirectoryServiceTest, ListsUnitsByIdInPages) {
  MakeUnits();
  const auto names = [](const v1::ListUnitsResponse& page) {
    std::vector<std::string> all;
    for (const v1::Unit& unit : page.units()) all.push_back(unit.name());
    return all;
  };
  const auto first = ListUnits("page_size: 3");
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_THAT(names(*first), ElementsAre("units/housing", "units/towns", "units/water"));
  const auto second =
      ListUnits(absl::StrCat("page_size: 3 page_token: '", first->next_page_token(), "'"));
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_THAT(names(*second), ElementsAre("units/zone"));
  EXPECT_EQ(second->next_page_token(), "");
  EXPECT_THAT(names(*ListUnits("filter: 'kind = BUREAU'")),
              ElementsAre("units/housing", "units/water"));
  Refused([&] { return ListUnits("filter: 'kind = SHIP'"); }, kInvalid, "FILTER_INVALID", "filter");
  Refused(
      [&] {
        return ListUnits(
            absl::StrCat("filter: 'kind = BUREAU' page_token: '", first->next_page_token(), "'"));
      },
      kInvalid, "PAGE_TOKEN_INVALID", "page_token");
}

TEST_F(DirectoryServiceTest, UpdatesAUnit) {
  MakeUnits();
  clock_.Advance(absl::Hours(1));
  const auto unit = UpdateUnit(
      "unit { name: 'units/water' display_name: '市水务局' aliases: '水务局' etag: 'v1' } "
      "update_mask { paths: 'display_name' paths: 'aliases' }");
  ASSERT_THAT(unit, testing::IsOk());
  EXPECT_EQ(unit->etag(), "v2");
  EXPECT_EQ(unit->kind(), v1::Unit::BUREAU);
  EXPECT_EQ(GetUnit("units/water")->SerializeAsString(), unit->SerializeAsString());
  EXPECT_EQ(Resolve("水务局")->name(), "units/water");
  Refused([&] { return Resolve("水利局"); }, kNotFound, "UNIT_NOT_FOUND", "text");
  const absl::Status stale = Refused(
      [&] {
        return UpdateUnit(
            "unit { name: 'units/water' etag: 'v1' display_name: 'x' } "
            "update_mask { paths: 'display_name' }");
      },
      kAborted, "STALE_ETAG");
  EXPECT_EQ(GetErrorInfo(stale)->metadata().at("current"), "v2");
  Refused(
      [&] {
        return UpdateUnit(
            "unit { name: 'units/water' display_name: '市住建局' } "
            "update_mask { paths: 'display_name' }");
      },
      kExists, "UNIT_NAME_TAKEN", "unit.display_name");
  Refused(
      [&] {
        return UpdateUnit(
            "unit { name: 'units/water' kind: COLLECTIVE } update_mask { "
            "paths: 'kind' }");
      },
      kInvalid, "FIELD_INVALID", "unit.kind");
  Refused(
      [&] {
        return UpdateUnit(
            "unit { name: 'units/water' } update_mask { paths: "
            "'valid_until' }");
      },
      kInvalid, "FIELD_INVALID", "update_mask");
  Refused([&] { return UpdateUnit("unit { name: 'units/fire' display_name: 'x' kind: BUREAU }"); },
          kNotFound, "UNIT_NOT_FOUND");
  Refused([&] { return UpdateUnit("unit { display_name: 'x' }"); }, kInvalid, "FIELD_INVALID",
          "unit.name");
}

TEST_F(DirectoryServiceTest, ACollectiveUnitLearnsWhatItStandsFor) {
  MakeUnits();
  const auto unit = UpdateUnit(
      "unit { name: 'units/towns' constituents: 'units/water' constituents: 'units/zone' } "
      "update_mask { paths: 'constituents' }");
  ASSERT_THAT(unit, testing::IsOk());
  EXPECT_THAT(GetUnit("units/towns")->constituents(), ElementsAre("units/water", "units/zone"));
}

TEST_F(DirectoryServiceTest, AClosedUnitIsFollowedToItsSuccessor) {
  MakeUnits();
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/water' valid_until: '2024-06-30' successor: "
            "'units/fire'");
      },
      kNotFound, "UNIT_NOT_FOUND", "successor");
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/fire' valid_until: '2024-06-30' successor: "
            "'units/water'");
      },
      kNotFound, "UNIT_NOT_FOUND");
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/water' valid_until: '2024-06-30' successor: "
            "'units/water'");
      },
      kInvalid, "FIELD_INVALID", "successor");
  Refused([&] { return CloseUnit("name: 'units/water' valid_until: '2024-06-30'"); }, kInvalid,
          "FIELD_INVALID", "successor");
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/water' valid_until: '30.6.' successor: "
            "'units/housing'");
      },
      kInvalid, "DATE_INVALID", "valid_until");
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/water' valid_until: '2024-06-30' successor: "
            "'units/housing' etag: 'v3'");
      },
      kAborted, "STALE_ETAG");
  const auto closed = CloseUnit(
      "name: 'units/water' valid_until: '2024-06-30' successor: 'units/housing' etag: 'v1'");
  ASSERT_THAT(closed, testing::IsOk());
  EXPECT_EQ(closed->valid_until(), "2024-06-30");
  EXPECT_EQ(closed->successor(), "units/housing");
  EXPECT_EQ(GetUnit("units/water")->SerializeAsString(), closed->SerializeAsString());
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/water' valid_until: '2024-07-30' successor: "
            "'units/zone'");
      },
      kPrecondition, "UNIT_CLOSED");
  Refused(
      [&] {
        return CloseUnit(
            "name: 'units/zone' valid_until: '2024-07-30' successor: "
            "'units/water'");
      },
      kPrecondition, "UNIT_CLOSED", "successor");
  ASSERT_THAT(CloseUnit("name: 'units/housing' valid_until: '2024-09-30' successor: 'units/zone'"),
              testing::IsOk());

  EXPECT_EQ(Resolve("水利局", "2024-06-30")->name(), "units/water");
  EXPECT_EQ(Resolve("水利局", "2024-07-01")->name(), "units/housing");
  EXPECT_EQ(Resolve("水利局", "2024-10-01")->name(), "units/zone");
  EXPECT_EQ(Resolve("水利局")->name(), "units/water");  // today is 2024-03-29
  Refused([&] { return Resolve("水利"); }, kNotFound, "UNIT_NOT_FOUND", "text");
  Refused([&] { return Resolve(""); }, kInvalid, "FIELD_INVALID", "text");
  Refused([&] { return Resolve("水利局", "2024-06-31"); }, kInvalid, "DATE_INVALID", "date");
  // The name is free again from the day after.
  ASSERT_THAT(CreateUnit("unit_id: 'water-2' unit { display_name: '市水利局' kind: BUREAU "
                         "valid_from: '2024-07-01' }"),
              testing::IsOk());
  EXPECT_EQ(Resolve("市水利局", "2024-07-01")->name(), "units/water-2");
  EXPECT_EQ(Resolve("市水利局", "2024-06-30")->name(), "units/water");
}

TEST_F(DirectoryServiceTest, OfManyWhoTakeOneNameOneGetsIt) {
  std::vector<absl::Status> answers(4);
  std::vector<std::thread> callers;
  for (size_t i = 0; i < answers.size(); ++i) {
    callers.emplace_back([&, i] {
      answers[i] = CreateUnit(absl::StrCat("unit_id: 'u", i,
                                           "' unit { display_name: '市水利局' kind: BUREAU }"))
                       .status();
    });
  }
  for (std::thread& caller : callers) caller.join();
  int won = 0;
  for (const absl::Status& answer : answers) {
    won += answer.ok() ? 1 : 0;
    if (!answer.ok()) {
      EXPECT_THAT(answer, testing::FailsWith(kExists, "UNIT_NAME_TAKEN"));
    }
  }
  EXPECT_EQ(won, 1);
}

constexpr char kMember[] =
    "member_id: 'zhang' member { display_name: '张伟' deactivated: true "
    "posts { unit: 'units/water' roles: REPORTER start_date: '2023-01-01' } }";

TEST_F(DirectoryServiceTest, CreatesAndAnswersAMember) {
  MakeUnits();
  const auto member = CreateMember(kMember);
  ASSERT_THAT(member, testing::IsOk());
  EXPECT_EQ(member->name(), "members/zhang");
  EXPECT_FALSE(member->deactivated());
  EXPECT_EQ(GetMember("members/zhang")->SerializeAsString(), member->SerializeAsString());
  Refused([&] { return CreateMember(kMember); }, kExists, "MEMBER_EXISTS");
  Refused([&] { return GetMember("members/li"); }, kNotFound, "MEMBER_NOT_FOUND");
  Refused([&] { return GetMember("li"); }, kInvalid, "FIELD_INVALID", "name");
  Refused(
      [&] {
        return CreateMember(
            "member_id: 'li' member { display_name: '李' posts { unit: "
            "'units/fire' roles: OFFICE start_date: '2024-01-01' } }");
      },
      kNotFound, "UNIT_NOT_FOUND", "member.posts[0].unit");
  Refused(
      [&] {
        return CreateMember(
            "member_id: 'li' member { display_name: '李' posts { unit: "
            "'units/water' start_date: '2024-01-01' } }");
      },
      kInvalid, "FIELD_INVALID", "member.posts[0].roles");
  Refused([&] { return CreateMember("member_id: 'Li' member { display_name: '李' }"); }, kInvalid,
          "FIELD_INVALID", "member_id");
}

TEST_F(DirectoryServiceTest, ListsMembersOfAUnit) {
  MakeUnits();
  for (const auto& [id, post] : std::vector<std::pair<std::string, std::string>>{
           {"zhang", "unit: 'units/water' roles: REPORTER start_date: '2023-01-01'"},
           {"li",
            "unit: 'units/water' roles: REPORTER start_date: '2023-01-01' end_date: "
            "'2024-03-29'"},
           {"wang",
            "unit: 'units/water' roles: REPORTER start_date: '2023-01-01' end_date: "
            "'2024-03-28'"},
           {"chen", "unit: 'units/zone' roles: UNIT_HEAD start_date: '2023-01-01'"}}) {
    ASSERT_THAT(CreateMember(absl::StrCat("member_id: '", id, "' member { display_name: '", id,
                                          "' posts { ", post, " } }")),
                testing::IsOk());
  }
  const auto names = [](const v1::ListMembersResponse& page) {
    std::vector<std::string> all;
    for (const v1::Member& member : page.members()) all.push_back(member.name());
    return all;
  };
  EXPECT_THAT(names(*ListMembers("filter: 'unit = \"units/water\"'")),
              ElementsAre("members/li", "members/zhang"));
  const auto first = ListMembers("page_size: 2");
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_THAT(names(*first), ElementsAre("members/chen", "members/li"));
  const auto second =
      ListMembers(absl::StrCat("page_size: 2 page_token: '", first->next_page_token(), "'"));
  ASSERT_THAT(second, testing::IsOk());
  EXPECT_THAT(names(*second), ElementsAre("members/wang", "members/zhang"));
  EXPECT_EQ(second->next_page_token(), "");
  Refused([&] { return ListMembers("filter: 'unit = water'"); }, kInvalid, "FILTER_INVALID",
          "filter");
  Refused([&] { return ListMembers("page_token: 'x'"); }, kInvalid, "PAGE_TOKEN_INVALID",
          "page_token");
}

TEST_F(DirectoryServiceTest, AMemberMovesToAnotherUnit) {
  MakeUnits();
  ASSERT_THAT(CreateMember(kMember), testing::IsOk());
  const auto moved = UpdateMember(
      "member { name: 'members/zhang' etag: 'v1' posts { unit: 'units/water' roles: REPORTER "
      "start_date: '2023-01-01' end_date: '2024-01-31' } posts { unit: 'units/zone' roles: "
      "UNIT_HEAD start_date: '2024-02-01' } } update_mask { paths: 'posts' }");
  ASSERT_THAT(moved, testing::IsOk());
  EXPECT_EQ(moved->etag(), "v2");
  EXPECT_EQ(moved->display_name(), "张伟");
  EXPECT_EQ(GetMember("members/zhang")->SerializeAsString(), moved->SerializeAsString());
  EXPECT_EQ(ListMembers("filter: 'unit = units/water'")->members_size(), 0);
  EXPECT_EQ(ListMembers("filter: 'unit = units/zone'")->members_size(), 1);
  const absl::Status stale = Refused(
      [&] {
        return UpdateMember(
            "member { name: 'members/zhang' etag: 'v1' display_name: '章' } "
            "update_mask { paths: 'display_name' }");
      },
      kAborted, "STALE_ETAG");
  EXPECT_EQ(GetErrorInfo(stale)->metadata().at("current"), "v2");
  Refused(
      [&] {
        return UpdateMember(
            "member { name: 'members/zhang' posts { unit: 'units/fire' "
            "roles: OFFICE start_date: '2024-01-01' } } update_mask { "
            "paths: 'posts' }");
      },
      kNotFound, "UNIT_NOT_FOUND", "member.posts[0].unit");
  Refused([&] { return UpdateMember("member { name: 'members/li' display_name: 'x' }"); },
          kNotFound, "MEMBER_NOT_FOUND");
}

TEST_F(DirectoryServiceTest, DeactivationEndsAllPostsTodayInLinxiang) {
  MakeUnits();
  ASSERT_THAT(CreateMember(kMember), testing::IsOk());
  clock_.Set(absl::FromCivil(absl::CivilSecond(2024, 3, 29, 15, 59, 59), absl::UTCTimeZone()));
  Refused([&] { return Deactivate("name: 'members/zhang'"); }, kInvalid, "FIELD_INVALID", "reason");
  Refused([&] { return Deactivate("name: 'members/zhang' reason: '调离' etag: 'v2'"); }, kAborted,
          "STALE_ETAG");
  Refused([&] { return Deactivate("name: 'members/li' reason: '调离'"); }, kNotFound,
          "MEMBER_NOT_FOUND");
  clock_.Advance(absl::Seconds(1));  // midnight there
  const auto member = Deactivate("name: 'members/zhang' reason: '调离' etag: 'v1'");
  ASSERT_THAT(member, testing::IsOk());
  EXPECT_TRUE(member->deactivated());
  EXPECT_EQ(member->posts(0).end_date(), "2024-03-30");
  EXPECT_EQ(GetMember("members/zhang")->SerializeAsString(), member->SerializeAsString());
  EXPECT_THAT(Column("SELECT after_json FROM audit_entries ORDER BY id DESC LIMIT 1"),
              ElementsAre(::testing::HasSubstr("\"reason\":\"调离\"")));
  Refused([&] { return Deactivate("name: 'members/zhang' reason: '调离'"); }, kPrecondition,
          "MEMBER_DEACTIVATED");
  Refused(
      [&] {
        return UpdateMember(
            "member { name: 'members/zhang' display_name: '章' } "
            "update_mask { paths: 'display_name' }");
      },
      kPrecondition, "MEMBER_DEACTIVATED");
}

}  // namespace
}  // namespace duban::indicator
