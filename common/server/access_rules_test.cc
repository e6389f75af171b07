#include "common/server/access_rules.h"

#include <memory>
#include <string>

#include "common/server/toy_service.h"
#include "common/testing/status_matchers.h"
#include "duban/common/v1/access.pb.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace duban::server {
namespace {

using common::v1::Role;
using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using ::testing::HasSubstr;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

const MethodDescriptor& Method(const std::string& full_name) {
  // The descriptors of a program are there once something refers to their file.
  submission::v1::GetReportRequest::descriptor();
  submission::v1::GetScoreboardRequest::descriptor();
  return *DescriptorPool::generated_pool()->FindMethodByName(full_name);
}

// A method of report requests with these options, as a proto would declare it.
class Declared {
 public:
  explicit Declared(const std::string& options) : pool_(DescriptorPool::generated_pool()) {
    google::protobuf::FileDescriptorProto file;
    file.set_name("declared.proto");
    file.set_package("declared");
    file.add_dependency("duban/submission/v1/report_service.proto");
    auto* service = file.add_service();
    service->set_name("Service");
    auto* method = service->add_method();
    method->set_name("Method");
    method->set_input_type(".duban.submission.v1.CreateReportRequest");
    method->set_output_type(".duban.submission.v1.CreateReportRequest");
    google::protobuf::TextFormat::ParseFromString(options, method->mutable_options());
    file_ = pool_.BuildFile(file);
  }
  const MethodDescriptor& method() const { return *file_->service(0)->method(0); }

 private:
  DescriptorPool pool_;
  const google::protobuf::FileDescriptor* file_;
};

struct InvalidCase {
  const char* name;
  const char* options;
  const char* want;
};

class InvalidRuleTest : public TestWithParam<InvalidCase> {};

TEST_P(InvalidRuleTest, IsRefusedByNameOfTheMethod) {
  const Declared declared(GetParam().options);
  const absl::Status status = MethodRule::Of(declared.method()).status();
  EXPECT_THAT(status, testing::FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr("declared.Service.Method"));
  EXPECT_THAT(status.message(), HasSubstr(GetParam().want));
}

const InvalidCase kInvalidCases[] = {
    {"NoRule", "", "no access rule"},
    {"NoRole", "[duban.common.v1.access] { scope: ANY }", "no role"},
    {"UnspecifiedRole", "[duban.common.v1.access] { roles: ROLE_UNSPECIFIED scope: ANY }",
     "no real role"},
    {"NoScope", "[duban.common.v1.access] { roles: OFFICE }", "no scope"},
    {"ServicesForOffice", "[duban.common.v1.access] { roles: OFFICE scope: SERVICES }",
     "role SERVICE"},
    {"UnknownField",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_UNIT unit_field: 'report.bureau' }",
     "report.bureau"},
    {"FieldThatIsNoString",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_UNIT unit_field: 'report' }", "report"},
    {"PathThroughAString",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_UNIT unit_field: 'parent.unit' }",
     "parent.unit"},
    {"FieldWithoutScope",
     "[duban.common.v1.access] { roles: OFFICE scope: ANY unit_field: 'report.unit' }", "OWN_UNIT"},
    {"OwnMemberWithoutField", "[duban.common.v1.access] { roles: OFFICE scope: OWN_MEMBER }",
     "member_field"},
    {"MemberFieldThatIsNoString",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_MEMBER member_field: 'report' }",
     "report"},
    {"MemberFieldWithoutScope",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_UNIT member_field: 'parent' }",
     "does not go with its scope"},
    {"UnitFieldOfMembers",
     "[duban.common.v1.access] { roles: OFFICE scope: OWN_MEMBER member_field: 'parent' unit_field:"
     " 'report.unit' }",
     "does not go with its scope"},
};
INSTANTIATE_TEST_SUITE_P(Rules, InvalidRuleTest, ValuesIn(kInvalidCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(MethodRuleTest, TimeLimitFollowsVerbAndCost) {
  EXPECT_EQ(MethodRule::Of(Method("duban.submission.v1.ReportService.GetReport"))->time_limit(),
            absl::Seconds(2));
  EXPECT_EQ(MethodRule::Of(Method("duban.submission.v1.ReportService.SubmitReport"))->time_limit(),
            absl::Seconds(5));
  const Declared exporting(
      "[google.api.http] { get: '/v1/x' }"
      "[duban.common.v1.access] { roles: OFFICE scope: ANY cost: EXPORT }");
  EXPECT_EQ(MethodRule::Of(exporting.method())->time_limit(), absl::Seconds(60));
  const Declared streaming("[duban.common.v1.access] { roles: OFFICE scope: ANY cost: STREAM }");
  EXPECT_EQ(MethodRule::Of(streaming.method())->time_limit(), absl::Minutes(10));
}

struct AdmissionCase {
  const char* name;
  const char* method;
  std::vector<Role> roles;
  const char* want_reason;
  bool want_bound = false;
};

class AdmissionTest : public TestWithParam<AdmissionCase> {};

TEST_P(AdmissionTest, RolesDecide) {
  const AdmissionCase& param = GetParam();
  const auto rule = MethodRule::Of(Method(param.method));
  ASSERT_THAT(rule, testing::IsOk());
  CallContext call;
  call.method = param.method;
  call.identity.roles = param.roles;
  EXPECT_EQ(GetReason(rule->Admit(&call)), param.want_reason);
  EXPECT_EQ(call.bound_to_unit, param.want_bound);
}

const AdmissionCase kAdmissionCases[] = {
    {"Nobody", "duban.submission.v1.ReportService.GetReport", {}, "ROLE_NOT_ALLOWED"},
    {"RoleThatIsNotListed",
     "duban.submission.v1.ReportService.AcceptReport",
     {common::v1::REPORTER},
     "ROLE_NOT_ALLOWED"},
    {"ServiceIsNotImplied",
     "duban.submission.v1.ReportService.AcceptReport",
     {common::v1::SERVICE},
     "ROLE_NOT_ALLOWED"},
    {"AdminIsNoOffice",
     "duban.submission.v1.ReportService.AcceptReport",
     {common::v1::ADMIN},
     "ROLE_NOT_ALLOWED"},
    {"OfficeAccepts", "duban.submission.v1.ReportService.AcceptReport", {common::v1::OFFICE}, ""},
    {"ReporterIsBound",
     "duban.submission.v1.ReportService.GetReport",
     {common::v1::REPORTER},
     "",
     true},
    {"UnitHeadIsBound",
     "duban.submission.v1.ReportService.GetReport",
     {common::v1::UNIT_HEAD},
     "",
     true},
    {"SystemIsBound",
     "duban.submission.v1.ReportService.GetReport",
     {common::v1::SYSTEM},
     "",
     true},
    {"OfficeIsFree", "duban.submission.v1.ReportService.GetReport", {common::v1::OFFICE}, ""},
    {"OfficeWhoAlsoReportsIsFree",
     "duban.submission.v1.ReportService.GetReport",
     {common::v1::REPORTER, common::v1::OFFICE},
     ""},
    {"OfficeDoesNotFreeWhereOnlyUnitsMay",
     "duban.submission.v1.ReportService.CreateReport",
     {common::v1::REPORTER, common::v1::OFFICE},
     "",
     true},
    {"AnyBindsNobody",
     "duban.submission.v1.ProgressService.GetScoreboard",
     {common::v1::REPORTER},
     ""},
};
INSTANTIATE_TEST_SUITE_P(Roles, AdmissionTest, ValuesIn(kAdmissionCases),
                         [](const auto& tested) { return tested.param.name; });

struct UnitCase {
  const char* name;
  Role role;
  const char* requested;
  const char* want_reason;
};

class UnitTest : public TestWithParam<UnitCase> {};

TEST_P(UnitTest, FieldDecides) {
  const auto rule = MethodRule::Of(Method("duban.submission.v1.ReportService.CreateReport"));
  CallContext call;
  call.identity.roles = {GetParam().role};
  call.identity.unit = "units/water";
  call.identity.units = {"units/water", "units/forest"};
  ASSERT_THAT(rule->Admit(&call), testing::IsOk());
  submission::v1::CreateReportRequest request;
  if (GetParam().requested != nullptr) request.mutable_report()->set_unit(GetParam().requested);
  EXPECT_EQ(GetReason(rule->CheckOwner(call, request)), GetParam().want_reason);
}

const UnitCase kUnitCases[] = {
    {"Own", common::v1::REPORTER, "units/water", ""},
    {"Other", common::v1::REPORTER, "units/finance", "NOT_OWN_UNIT"},
    {"OtherOfSystem", common::v1::SYSTEM, "units/finance", "NOT_OWN_UNIT"},
    {"SecondOfSystem", common::v1::SYSTEM, "units/forest", ""},
    {"SecondUnitIsNotOfAReporter", common::v1::REPORTER, "units/forest", "NOT_OWN_UNIT"},
    {"Prefix", common::v1::REPORTER, "units/wate", "NOT_OWN_UNIT"},
    {"Longer", common::v1::REPORTER, "units/water-x", "NOT_OWN_UNIT"},
    {"Empty", common::v1::REPORTER, "", "NOT_OWN_UNIT"},
    {"NoReport", common::v1::REPORTER, nullptr, "NOT_OWN_UNIT"},
};
INSTANTIATE_TEST_SUITE_P(Units, UnitTest, ValuesIn(kUnitCases),
                         [](const auto& tested) { return tested.param.name; });

struct MemberCase {
  const char* name;
  const char* caller;
  const char* requested;
  const char* want_reason;
};

class MemberTest : public TestWithParam<MemberCase> {};

TEST_P(MemberTest, FieldDecides) {
  const Declared declared(
      "[duban.common.v1.access] { roles: LEADER scope: OWN_MEMBER member_field: 'parent' }");
  const auto rule = MethodRule::Of(declared.method());
  ASSERT_THAT(rule, testing::IsOk());
  CallContext call;
  call.identity.roles = {common::v1::LEADER};
  call.identity.subject = GetParam().caller;
  ASSERT_THAT(rule->Admit(&call), testing::IsOk());
  EXPECT_FALSE(call.bound_to_unit);
  submission::v1::CreateReportRequest request;
  request.set_parent(GetParam().requested);
  EXPECT_EQ(GetReason(rule->CheckOwner(call, request)), GetParam().want_reason);
}

const MemberCase kMemberCases[] = {
    {"Own", "members/li", "members/li", ""},
    {"Below", "members/li", "members/li/messages/m", ""},
    {"Other", "members/li", "members/wang", "NOT_OWN_MEMBER"},
    {"Longer", "members/li", "members/li-na", "NOT_OWN_MEMBER"},
    {"Prefix", "members/li", "members/l", "NOT_OWN_MEMBER"},
    {"Wildcard", "members/li", "members/-", "NOT_OWN_MEMBER"},
    {"Empty", "members/li", "", "NOT_OWN_MEMBER"},
    {"NobodyAtAll", "", "", "NOT_OWN_MEMBER"},
};
INSTANTIATE_TEST_SUITE_P(Members, MemberTest, ValuesIn(kMemberCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(BindMethodsTest, EveryMethodOfTheProtoIsBound) {
  Toy toy;
  ToyAssembly assembly(&toy);
  const auto bound = BindMethods(assembly.Services()[1]);
  ASSERT_THAT(bound, testing::IsOk());
  const auto* service =
      DescriptorPool::generated_pool()->FindServiceByName("duban.submission.v1.ReportService");
  ASSERT_EQ(bound->size(), static_cast<size_t>(service->method_count()));
  EXPECT_EQ(bound->front().full_name, "/duban.submission.v1.ReportService/CreateReport");
}

struct UnboundCase {
  const char* name;
  std::function<RpcService(ToyAssembly*)> service;
  const char* want;
};

class UnboundTest : public TestWithParam<UnboundCase> {};

TEST_P(UnboundTest, IsRefusedByName) {
  Toy toy;
  ToyAssembly assembly(&toy);
  const absl::Status status = BindMethods(GetParam().service(&assembly)).status();
  EXPECT_THAT(status, testing::FailsWith(absl::StatusCode::kFailedPrecondition, "SERVICE_INVALID"));
  EXPECT_THAT(status.message(), HasSubstr(GetParam().want));
}

const UnboundCase kUnboundCases[] = {
    {"UnknownService",
     [](ToyAssembly*) { return RpcService("duban.submission.v1.WeatherService"); },
     "duban.submission.v1.WeatherService: no proto"},
    {"MissingHandler",
     [](ToyAssembly*) { return RpcService("duban.submission.v1.ProgressService"); },
     "duban.submission.v1.ProgressService.GetScoreboard: it has no handler"},
    {"UnknownMethod",
     [](ToyAssembly* toy) {
       return RpcService("duban.submission.v1.ProgressService")
           .Add("GetScoreboard", toy, &ToyAssembly::GetScoreboard)
           .Add("GetWeather", toy, &ToyAssembly::GetScoreboard);
     },
     "duban.submission.v1.ProgressService.GetWeather: it has a handler"},
    {"OtherTypes",
     [](ToyAssembly* toy) {
       return RpcService("duban.submission.v1.ProgressService")
           .Add("GetScoreboard", toy, &ToyAssembly::CreateReport);
     },
     "duban.submission.v1.ProgressService.GetScoreboard: its handler has other types"},
    {"UnaryHandlerOfAStream",
     [](ToyAssembly* toy) {
       return RpcService("duban.toy.v1.ToyService")
           .Add("Collect", toy, &ToyAssembly::Unary)
           .Add("Tell", toy, &ToyAssembly::Tell)
           .Add("Talk", toy, &ToyAssembly::Talk);
     },
     "duban.toy.v1.ToyService.Collect: its handler streams otherwise"},
    {"HandlerThatStreamsTheOtherWay",
     [](ToyAssembly* toy) {
       return RpcService("duban.toy.v1.ToyService")
           .Add("Collect", toy, &ToyAssembly::Collect)
           .Add("Tell", toy, &ToyAssembly::Collect)
           .Add("Talk", toy, &ToyAssembly::Talk);
     },
     "duban.toy.v1.ToyService.Tell: its handler streams otherwise"},
    {"OneWayHandlerOfBothWays",
     [](ToyAssembly* toy) {
       return RpcService("duban.toy.v1.ToyService")
           .Add("Collect", toy, &ToyAssembly::Collect)
           .Add("Tell", toy, &ToyAssembly::Tell)
           .Add("Talk", toy, &ToyAssembly::Collect);
     },
     "duban.toy.v1.ToyService.Talk: its handler streams otherwise"},
};
INSTANTIATE_TEST_SUITE_P(Services, UnboundTest, ValuesIn(kUnboundCases),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace duban::server
