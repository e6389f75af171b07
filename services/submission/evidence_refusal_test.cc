// Files that are not taken.
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/evidence_fixture.h"

namespace duban::submission {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;
using ::testing::ValuesIn;
using v1::EvidenceHeader;
using v1::UploadEvidenceRequest;

struct RefusedCase {
  const char* name;
  std::string bytes;  // that are sent
  std::function<void(EvidenceHeader* header)> change;
  absl::StatusCode want_code;
  const char* want_reason;
};

class RefusedUploadTest : public EvidenceTest, public ::testing::WithParamInterface<RefusedCase> {};

TEST_P(RefusedUploadTest, LeavesNothingBehind) {
  const RefusedCase& param = GetParam();
  EvidenceHeader header = Header(param.bytes);
  param.change(&header);
  EXPECT_THAT(Send(kNorth, header, param.bytes), FailsWith(param.want_code, param.want_reason));
  EXPECT_EQ(Count(absl::StrCat("evidence_sources WHERE plan = '", plan_.substr(6), "'")), "0");
  if (param.bytes.size() < kChunk) {
    EXPECT_EQ(Count(absl::StrCat("evidence_uploads WHERE plan = '", plan_.substr(6), "'")), "0");
  }
}

const RefusedCase kRefused[] = {
    {"OtherDigest", Pdf(100), [](EvidenceHeader* h) { h->set_sha256(Sha256Hex("other")); },
     kInvalid, "EVIDENCE_DIGEST_MISMATCH"},
    {"OtherBytes", "\x89PNG\r\n\x1a\n....", [](EvidenceHeader*) {}, kInvalid,
     "EVIDENCE_TYPE_MISMATCH"},
    {"Program", "MZ and so on", [](EvidenceHeader*) {}, kInvalid, "EVIDENCE_TYPE_MISMATCH"},
    {"OtherContainer", Zip({"run.exe"}),
     [](EvidenceHeader* h) {
       h->set_media_type(kDocxType);
       h->set_filename("a.docx");
     },
     kInvalid, "EVIDENCE_TYPE_MISMATCH"},
    {"WorkbookAsDocument", Xlsx(),
     [](EvidenceHeader* h) {
       h->set_media_type(kDocxType);
       h->set_filename("a.docx");
     },
     kInvalid, "EVIDENCE_TYPE_MISMATCH"},
    {"NameOfAnotherType", Pdf(100), [](EvidenceHeader* h) { h->set_filename("a.png"); }, kInvalid,
     "EVIDENCE_TYPE_MISMATCH"},
    {"TypeNotAllowed", "<html>",
     [](EvidenceHeader* h) {
       h->set_media_type("text/html");
       h->set_filename("a.html");
     },
     kInvalid, "EVIDENCE_TYPE_NOT_ALLOWED"},
    {"TooLarge", Pdf(100), [](EvidenceHeader* h) { h->set_size((20 << 20) + 1); }, kInvalid,
     "EVIDENCE_TOO_LARGE"},
    {"Path", Pdf(100), [](EvidenceHeader* h) { h->set_filename("../a.pdf"); }, kInvalid,
     "FIELD_INVALID"},
    {"NoSuchPlan", Pdf(100), [](EvidenceHeader* h) { h->set_parent("plans/nowhere"); },
     absl::StatusCode::kNotFound, "PLAN_NOT_FOUND"},
    {"OtherUnit", Pdf(100), [](EvidenceHeader* h) { h->set_unit("units/south"); },
     absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"},
    {"NoUnit", Pdf(100), [](EvidenceHeader* h) { h->clear_unit(); },
     absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"},
};
INSTANTIATE_TEST_SUITE_P(Uploads, RefusedUploadTest, ValuesIn(kRefused),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(EvidenceTest, WhatWasRefusedMayBeSentAgain) {
  const std::string bytes = Pdf(100'000);
  std::string damaged = bytes;
  damaged[70'000] = static_cast<char>(~damaged[70'000]);
  EXPECT_THAT(Send(kNorth, Header(bytes), damaged),
              FailsWith(kInvalid, "EVIDENCE_DIGEST_MISMATCH"));
  EXPECT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
  EXPECT_TRUE(Download(kNorth, NameOf(bytes)).value() == bytes);
}

TEST_F(EvidenceTest, AnotherSizeBeginsAnew) {
  const std::string bytes = Pdf(100'000);
  EvidenceHeader wrong = Header(bytes);
  wrong.set_size(200'000);
  EXPECT_THAT(Send(kNorth, wrong, bytes),
              FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
  EXPECT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
}

TEST_F(EvidenceTest, PartsOutOfOrderAreRefused) {
  const std::string bytes = Pdf(200'000);
  const auto refused = [&](const std::vector<UploadEvidenceRequest>& parts) {
    Upload upload(*stub_, kNorth);
    for (const UploadEvidenceRequest& part : parts) upload.Send(part);
    return upload.Finish().status();
  };
  UploadEvidenceRequest header;
  *header.mutable_header() = Header(bytes);
  EXPECT_THAT(refused({}), FailsWith(kInvalid, "FIELD_INVALID", "header"));
  EXPECT_THAT(refused({Chunk("%PDF-")}),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(refused({header, header}), FailsWith(kInvalid, "FIELD_INVALID", "header"));
  EXPECT_THAT(refused({header, UploadEvidenceRequest()}),
              FailsWith(kInvalid, "FIELD_INVALID", "header"));
  EXPECT_THAT(refused({header, Chunk("")}), FailsWith(kInvalid, "FIELD_INVALID", "chunk"));
  EXPECT_THAT(refused({header, Chunk(bytes.substr(0, kChunk + 1))}),
              FailsWith(kInvalid, "CHUNK_TOO_LARGE", "chunk"));
  header.mutable_header()->set_size(10);
  EXPECT_THAT(refused({header, Chunk("%PDF-"), Chunk("123456")}),
              FailsWith(kInvalid, "EVIDENCE_SIZE_MISMATCH", "chunk"));
}

TEST_F(EvidenceTest, APlanThatIsOverTakesNothing) {
  Close(plan_);
  const std::string bytes = Pdf(100);
  EXPECT_THAT(Send(kNorth, Header(bytes), bytes),
              FailsWith(absl::StatusCode::kFailedPrecondition, "PLAN_NOT_PUBLISHED"));
}

}  // namespace
}  // namespace duban::submission
