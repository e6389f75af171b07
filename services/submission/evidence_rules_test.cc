#include "services/submission/evidence_rules.h"

#include <optional>
#include <string>

#include "common/testing/status_matchers.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/submission/test_files.h"

namespace duban::submission {
namespace {

using indicator::v1::Indicator;
using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;
using ::testing::TestWithParam;
using ::testing::ValuesIn;

v1::EvidenceHeader Header() {
  v1::EvidenceHeader header;
  header.set_parent("plans/p");
  header.set_unit("units/water");
  header.set_filename("合同.pdf");
  header.set_media_type(kPdfType);
  header.set_size(1000);
  header.set_sha256(std::string(64, 'a'));
  return header;
}

struct HeaderCase {
  const char* name;
  void (*change)(v1::EvidenceHeader* header);
  const char* want_reason;  // "": fine
  const char* want_field = "";
};

class HeaderTest : public TestWithParam<HeaderCase> {};

TEST_P(HeaderTest, IsCheckedFieldByField) {
  v1::EvidenceHeader header = Header();
  GetParam().change(&header);
  const absl::Status status = CheckHeader(header);
  if (*GetParam().want_reason == '\0') {
    EXPECT_THAT(status, IsOk());
  } else {
    EXPECT_THAT(status, FailsWith(kInvalid, GetParam().want_reason, GetParam().want_field));
  }
}

using H = v1::EvidenceHeader;
const HeaderCase kHeaderCases[] = {
    {"Good", [](H*) {}, ""},
    {"EndingInCapitals", [](H* h) { h->set_filename("A.PDF"); }, ""},
    {"Largest", [](H* h) { h->set_size(20 << 20); }, ""},
    {"AllIsThere", [](H* h) { h->set_offset(1000); }, ""},
    {"NoParent", [](H* h) { h->clear_parent(); }, "FIELD_INVALID", "header.parent"},
    {"NoUnit", [](H* h) { h->set_unit("water"); }, "FIELD_INVALID", "header.unit"},
    {"NoName", [](H* h) { h->clear_filename(); }, "FIELD_INVALID", "header.filename"},
    {"LongName", [](H* h) { h->set_filename(std::string(197, 'a') + ".pdf"); }, "FIELD_INVALID",
     "header.filename"},
    {"Path", [](H* h) { h->set_filename("../../etc/a.pdf"); }, "FIELD_INVALID", "header.filename"},
    {"WindowsPath", [](H* h) { h->set_filename("C:\\a.pdf"); }, "FIELD_INVALID", "header.filename"},
    {"Drive", [](H* h) { h->set_filename("C:a.pdf"); }, "FIELD_INVALID", "header.filename"},
    {"Hidden", [](H* h) { h->set_filename(".pdf"); }, "FIELD_INVALID", "header.filename"},
    {"TwoLines", [](H* h) { h->set_filename("a\nb.pdf"); }, "FIELD_INVALID", "header.filename"},
    {"Nul", [](H* h) { h->set_filename(std::string("a.exe\0.pdf", 10)); }, "FIELD_INVALID",
     "header.filename"},
    {"BlankAtTheEnd", [](H* h) { h->set_filename("a.pdf "); }, "FIELD_INVALID", "header.filename"},
    {"TurnedWriting", [](H* h) { h->set_filename("a\u202Efdp.pdf"); }, "FIELD_INVALID",
     "header.filename"},
    {"OtherEnding", [](H* h) { h->set_filename("a.exe"); }, "EVIDENCE_TYPE_MISMATCH",
     "header.filename"},
    {"NoEnding", [](H* h) { h->set_filename("pdf"); }, "EVIDENCE_TYPE_MISMATCH", "header.filename"},
    {"OtherType", [](H* h) { h->set_media_type("text/html"); }, "EVIDENCE_TYPE_NOT_ALLOWED",
     "header.media_type"},
    {"TypeInCapitals", [](H* h) { h->set_media_type("Application/PDF"); },
     "EVIDENCE_TYPE_NOT_ALLOWED", "header.media_type"},
    {"NoSize", [](H* h) { h->set_size(0); }, "FIELD_INVALID", "header.size"},
    {"NegativeSize", [](H* h) { h->set_size(-1); }, "FIELD_INVALID", "header.size"},
    {"TooLarge", [](H* h) { h->set_size((20 << 20) + 1); }, "EVIDENCE_TOO_LARGE", "header.size"},
    {"ShortDigest", [](H* h) { h->set_sha256(std::string(63, 'a')); }, "FIELD_INVALID",
     "header.sha256"},
    {"DigestInCapitals", [](H* h) { h->set_sha256(std::string(64, 'A')); }, "FIELD_INVALID",
     "header.sha256"},
    {"NegativeOffset", [](H* h) { h->set_offset(-1); }, "FIELD_INVALID", "header.offset"},
    {"OffsetBeyondTheEnd", [](H* h) { h->set_offset(1001); }, "FIELD_INVALID", "header.offset"},
};
INSTANTIATE_TEST_SUITE_P(Headers, HeaderTest, ValuesIn(kHeaderCases),
                         [](const auto& tested) { return tested.param.name; });

TEST(ChunkTest, IsBoundedByItselfAndByTheFile) {
  EXPECT_THAT(CheckChunk(std::string(65536, 'x'), 0, 65536), IsOk());
  EXPECT_THAT(CheckChunk("", 0, 10), FailsWith(kInvalid, "FIELD_INVALID", "chunk"));
  EXPECT_THAT(CheckChunk(std::string(65537, 'x'), 0, 1 << 20),
              FailsWith(kInvalid, "CHUNK_TOO_LARGE", "chunk"));
  EXPECT_THAT(CheckChunk("abc", 8, 11), IsOk());
  EXPECT_THAT(CheckChunk("abc", 8, 10), FailsWith(kInvalid, "EVIDENCE_SIZE_MISMATCH", "chunk"));
}

TEST(ContentTest, MustBeWhatTheHeaderSays) {
  EXPECT_THAT(CheckContent(Header(), std::string(64, 'a'), kPdfType), IsOk());
  EXPECT_THAT(CheckContent(Header(), std::string(64, 'b'), kPdfType),
              FailsWith(kInvalid, "EVIDENCE_DIGEST_MISMATCH", "header.sha256"));
  for (const char* type : {kPngType, ""}) {
    EXPECT_THAT(CheckContent(Header(), std::string(64, 'a'), type),
                FailsWith(kInvalid, "EVIDENCE_TYPE_MISMATCH", "header.media_type"));
  }
}

TEST(AttachedTest, NamesWhatIsMissing) {
  v1::Report report;
  report.add_evidence("plans/p/evidence/a");
  report.add_evidence("plans/p/evidence/b");
  EXPECT_THAT(CheckAttached(report, {}), IsOk());
  EXPECT_THAT(CheckAttached(report, {"plans/p/evidence/c"}), IsOk());
  const absl::Status status = CheckAttached(report, {"plans/p/evidence/b"});
  EXPECT_THAT(status,
              FailsWith(absl::StatusCode::kNotFound, "EVIDENCE_NOT_FOUND", "report.evidence"));
  EXPECT_EQ(GetErrorInfo(status)->metadata().at("evidence"), "plans/p/evidence/b");
}

struct PolicyCase {
  const char* name;
  const char* indicator;  // besides the kind COUNT
  const char* report;
  const char* before;  // figures; null: no standing
  bool want_required;
};

class PolicyTest : public TestWithParam<PolicyCase> {};

TEST_P(PolicyTest, DecidesByFigureAndEvidence) {
  const PolicyCase& param = GetParam();
  Indicator indicator;
  indicator.set_kind(Indicator::COUNT);
  indicator.set_unit_of_measure("项");
  indicator.set_accumulation(Indicator::CUMULATIVE);
  ASSERT_TRUE(google::protobuf::TextFormat::MergeFromString(param.indicator, &indicator));
  v1::Report report;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(param.report, &report));
  std::optional<v1::Standing> before;
  if (param.before != nullptr) {
    before.emplace();
    before->mutable_figures()->set_value(param.before);
    before->mutable_figures()->set_unit_of_measure("项");
  }
  const absl::Status status = CheckEvidencePolicy(indicator, report, before);
  if (param.want_required) {
    EXPECT_THAT(status,
                FailsWith(absl::StatusCode::kFailedPrecondition, "EVIDENCE_REQUIRED", "evidence"));
  } else {
    EXPECT_THAT(status, IsOk());
  }
}

constexpr char kFive[] = "canonical { value: '5' unit_of_measure: '项' }";
constexpr char kZero[] = "canonical { value: '0' unit_of_measure: '项' }";
constexpr char kProved[] =
    "canonical { value: '5' unit_of_measure: '项' } evidence: 'plans/p/evidence/x'";
constexpr char kAlways[] = "evidence_policy: REQUIRED";
constexpr char kRising[] = "evidence_policy: REQUIRED_FOR_INCREASE";

const PolicyCase kPolicyCases[] = {
    {"Unspecified", "", kFive, nullptr, false},
    {"Optional", "evidence_policy: OPTIONAL", kFive, "1", false},
    {"Always", kAlways, kFive, "9", true},
    {"AlwaysAndThere", kAlways, kProved, "1", false},
    {"AlwaysButNothingChanged", kAlways, "observation_status: NO_CHANGE", "1", false},
    {"AlwaysButThereIsNoFigure", kAlways, "observation_status: MISSING", "1", false},
    {"Risen", kRising, kFive, "4", true},
    {"RisenAndThere", kRising, kProved, "4", false},
    {"RisenFromNothing", kRising, kFive, nullptr, true},
    {"NothingYet", kRising, kZero, nullptr, false},
    {"Same", kRising, kFive, "5", false},
    {"Fallen", kRising, kFive, "6", false},
    {"Increment", "evidence_policy: REQUIRED_FOR_INCREASE accumulation: INCREMENT", kFive, "9",
     true},
    {"NoIncrement", "evidence_policy: REQUIRED_FOR_INCREASE accumulation: INCREMENT", kZero, "9",
     false},
    {"NotComputable", "evidence_policy: REQUIRED_FOR_INCREASE kind: SHARE",
     "canonical { value: '5' denominator: '0' unit_of_measure: '项' }", "9", true},
};
INSTANTIATE_TEST_SUITE_P(Policies, PolicyTest, ValuesIn(kPolicyCases),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace duban::submission
