// Files up and down over the wire.
#include <algorithm>
#include <future>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/sha256.h"
#include "common/base/timestamp.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/evidence_fixture.h"

namespace duban::submission {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;
using ::testing::ValuesIn;
using v1::Evidence;
using v1::EvidenceHeader;
using v1::EvidenceService;

struct TypeCase {
  const char* name;
  std::string bytes;
  const char* filename;
  const char* type;
};

class EveryTypeTest : public EvidenceTest, public ::testing::WithParamInterface<TypeCase> {};

TEST_P(EveryTypeTest, ComesDownAsItWentUp) {
  const TypeCase& param = GetParam();
  const auto sent = Send(kNorth, Header(param.bytes, param.filename, param.type), param.bytes);
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->name(), NameOf(param.bytes));
  EXPECT_EQ(sent->media_type(), param.type);
  EXPECT_EQ(sent->size(), static_cast<int64_t>(param.bytes.size()));
  ASSERT_EQ(sent->sources_size(), 1);
  EXPECT_EQ(sent->sources(0).unit(), "units/north");
  EXPECT_EQ(sent->sources(0).filename(), param.filename);
  EXPECT_EQ(sent->sources(0).uploader(), "members/test-1");
  EXPECT_EQ(FromTimestamp(sent->sources(0).upload_time()), Services::Begin());
  EXPECT_EQ(GetEvidence(kNorth, sent->name())->SerializeAsString(), sent->SerializeAsString());
  const auto received = Download(kNorth, sent->name());
  ASSERT_THAT(received, IsOk());
  EXPECT_EQ(*received, param.bytes);
  EXPECT_EQ(Count(absl::StrCat("audit_entries WHERE resource = '", sent->name(),
                               "' AND after_json IS NOT NULL")),
            "1");
}

const TypeCase kTypes[] = {
    {"Pdf", Pdf(100), "a.pdf", kPdfType},
    {"Png", "\x89PNG\r\n\x1a\n....", "a.png", kPngType},
    {"Jpeg", "\xff\xd8\xff\xe0....", "a.JPG", kJpegType},
    {"Docx", Docx(), "说明.docx", kDocxType},
    {"Xlsx", Xlsx(), "台账.xlsx", kXlsxType},
    {"Ofd", Ofd(), "a.ofd", kOfdType},
    {"Bomb", Zip({"[Content_Types].xml", "xl/workbook.xml"}, "", 0xfffffffe), "b.xlsx", kXlsxType},
    {"OneChunk", Pdf(kChunk), "a.pdf", kPdfType},
    {"OneByteMore", Pdf(kChunk + 1), "a.pdf", kPdfType},
    {"LargeContainer",
     Zip(std::vector<std::string>{"[Content_Types].xml", "word/document.xml",
                                  "word/" + std::string(60'000, 'x')}),
     "a.docx", kDocxType},
};
INSTANTIATE_TEST_SUITE_P(Types, EveryTypeTest, ValuesIn(kTypes),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(EvidenceTest, TheLargestFileIsStoredInSmallPieces) {
  const std::string bytes = Pdf(20 << 20);
  ASSERT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
  EXPECT_TRUE(Download(kNorth, NameOf(bytes)).value() == bytes);
  EXPECT_EQ(Ask("SELECT CAST(MAX(LENGTH(content)) AS CHAR) FROM blob_pieces"), "65536");
}

TEST_F(EvidenceTest, StreamsMayBreakAnywhere) {
  std::mt19937 random(20240402);
  const std::string bytes = Pdf((1 << 20) + 12345, 7);
  EvidenceHeader header = Header(bytes);
  std::optional<Evidence> evidence;
  for (int streams = 0; !evidence && streams < 200; ++streams) {
    Upload upload(*stub_, kNorth);
    upload.Send(header);
    const auto begin = static_cast<size_t>(header.offset());
    const size_t end = std::min<size_t>(bytes.size(), begin + random() % 300'000);
    upload.Send(bytes, begin, end, 1 + random() % kChunk);
    if (streams % 3 == 0) upload.Break();
    const absl::StatusOr<Evidence> sent = upload.Finish();
    if (sent.ok()) {
      evidence = *sent;
    } else if (absl::IsCancelled(sent.status())) {
      const auto left = GetUpload(kNorth, NameOf(bytes));
      header.set_offset(left.ok() ? left->offset() : 0);
    } else {
      ASSERT_GE(OffsetIn(sent.status()), 0) << sent.status();
      header.set_offset(OffsetIn(sent.status()));
    }
  }
  ASSERT_TRUE(evidence.has_value());
  EXPECT_THAT(GetUpload(kNorth, evidence->name()),
              FailsWith(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));

  std::string received;
  for (int streams = 0; received.size() < bytes.size() && streams < 200; ++streams) {
    const int64_t offset = static_cast<int64_t>(received.size());
    received += Download(kNorth, evidence->name(), offset, 1 + int(random() % 5)).value();
  }
  EXPECT_TRUE(received == bytes);
  EXPECT_EQ(Download(kNorth, evidence->name(), evidence->size()).value(), "");
}

TEST_F(EvidenceTest, AnEarlyEndSaysWhereToGoOn) {
  const std::string bytes = Pdf(400'000);
  EvidenceHeader header = Header(bytes);
  {
    Upload upload(*stub_, kNorth);
    upload.Send(header);
    upload.Send(bytes, 0, 300'000);
    const absl::Status status = upload.Finish().status();
    EXPECT_THAT(status, FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
    EXPECT_EQ(OffsetIn(status), 300'000);
  }
  const auto left = GetUpload(kNorth, NameOf(bytes));
  ASSERT_THAT(left, IsOk());
  EXPECT_EQ(left->offset(), 300'000);
  EXPECT_EQ(left->size(), 400'000);
  EXPECT_EQ(FromTimestamp(left->expire_time()), Services::Begin() + absl::Hours(24));
  EXPECT_THAT(GetUpload(kSouth, NameOf(bytes)),
              FailsWith(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  EXPECT_THAT(GetEvidence(kOffice, NameOf(bytes)),
              FailsWith(absl::StatusCode::kNotFound, "EVIDENCE_NOT_FOUND"));

  const absl::Status again = Send(kNorth, header, bytes).status();
  EXPECT_THAT(again, FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_OFFSET_MISMATCH"));
  EXPECT_EQ(OffsetIn(again), 300'000);
  header.set_offset(300'000);
  EXPECT_THAT(Send(kNorth, header, bytes), IsOk());
  EXPECT_TRUE(Download(kNorth, NameOf(bytes)).value() == bytes);
}

TEST_F(EvidenceTest, ARepeatIsAnsweredAtOnce) {
  const std::string bytes = Pdf(1000);
  ASSERT_THAT(Send(kNorth, Header(bytes, "first.pdf"), bytes), IsOk());
  Upload upload(*stub_, kNorth);
  upload.Send(Header(bytes, "second.pdf"));
  const auto again = upload.Finish();
  ASSERT_THAT(again, IsOk());
  ASSERT_EQ(again->sources_size(), 1);
  EXPECT_EQ(again->sources(0).filename(), "first.pdf");
}

TEST_F(EvidenceTest, WhoKnowsOnlyTheDigestGetsNothing) {
  const std::string bytes = Pdf(1000);
  ASSERT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
  Upload upload(*stub_, kSouth);
  upload.Send(Header(bytes, "a.pdf", kPdfType, "units/south"));
  EXPECT_THAT(upload.Finish(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
  EXPECT_THAT(Download(kSouth, NameOf(bytes)),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
}

TEST_F(EvidenceTest, TwoUnitsMayBringOneFileAtOnce) {
  const std::string bytes = Pdf(700'000, 99);
  const auto send = [&](const Who& who) {
    return std::async(std::launch::async, [this, who, &bytes] {
      return Send(who, Header(bytes, "a.pdf", kPdfType, who.unit), bytes);
    });
  };
  auto north = send(kNorth);
  auto south = send(kSouth);
  EXPECT_THAT(north.get(), IsOk());
  EXPECT_THAT(south.get(), IsOk());
  EXPECT_EQ(GetEvidence(kOffice, NameOf(bytes))->sources_size(), 2);
  EXPECT_EQ(GetEvidence(kSouth, NameOf(bytes))->sources_size(), 1);
  EXPECT_TRUE(Download(kSouth, NameOf(bytes)).value() == bytes);

  // The bytes that came second go with the next upload.
  const std::string other = Pdf(10, 5);
  EXPECT_THAT(Send(kNorth, Header(other), other), IsOk());
  const std::string digest = Sha256Hex(bytes);
  EXPECT_EQ(Count(absl::StrCat("evidence_files WHERE sha256 = '", digest, "'")), "1");
  EXPECT_EQ(Count(absl::StrCat("evidence_uploads WHERE sha256 = '", digest, "'")), "0");
  EXPECT_EQ(Count("blobs WHERE removed = 1"), "0");
  EXPECT_EQ(Count("blob_pieces p LEFT JOIN blobs b ON b.id = p.id WHERE b.id IS NULL"), "0");
}

TEST_F(EvidenceTest, TwoStreamsOfOneUploadDoNotMix) {
  const std::string bytes = Pdf(700'000, 3);
  Upload first(*stub_, kNorth);
  Upload second(*stub_, kNorth);
  for (Upload* upload : {&first, &second}) {
    upload->Send(Header(bytes));
    upload->Send(bytes, 0, 300'000);
  }
  for (Upload* upload : {&first, &second}) upload->Send(bytes, 300'000, bytes.size());
  int good = 0;
  for (Upload* upload : {&first, &second}) {
    const auto sent = upload->Finish();
    good += sent.ok() ? 1 : 0;
    if (!sent.ok()) {
      EXPECT_THAT(sent, FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_OFFSET_MISMATCH"));
    }
  }
  EXPECT_EQ(good, 1);
  EXPECT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
  EXPECT_TRUE(Download(kNorth, NameOf(bytes)).value() == bytes);
}

TEST_F(EvidenceTest, UnfinishedUploadsAreGivenUpAfterADay) {
  const std::string bytes = Pdf(900'000, 4);
  Upload upload(*stub_, kNorth);
  upload.Send(Header(bytes));
  upload.Send(bytes, 0, 800'000);
  EXPECT_THAT(upload.Finish(),
              FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
  Services::Get().clock.Advance(absl::Hours(24));
  EXPECT_THAT(GetUpload(kNorth, NameOf(bytes)),
              FailsWith(absl::StatusCode::kNotFound, "UPLOAD_NOT_FOUND"));
  const std::string other = Pdf(10, 6);
  EXPECT_THAT(Send(kSouth, Header(other, "a.pdf", kPdfType, "units/south"), other), IsOk());
  EXPECT_EQ(Count(absl::StrCat("evidence_uploads WHERE sha256 = '", Sha256Hex(bytes), "'")), "0");
  EXPECT_EQ(Count("blobs WHERE removed = 1"), "0");
  EXPECT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());  // from its beginning
}

TEST_F(EvidenceTest, WhoSeesTheReportsSeesTheEvidence) {
  const std::string bytes = Pdf(1000, 8);
  ASSERT_THAT(Send(kNorth, Header(bytes), bytes), IsOk());
  const std::string name = NameOf(bytes);
  for (const Who& who :
       {kNorth, Who{common::v1::UNIT_HEAD, "units/north"}, kOffice, kReviewer, kLeader, kAuditor}) {
    EXPECT_THAT(GetEvidence(who, name), IsOk());
    EXPECT_EQ(Download(who, name).value(), bytes);
  }
  for (const Who& who : {kSouth, kOfficeReporter, Who{common::v1::SYSTEM, "units/south"}}) {
    EXPECT_THAT(GetEvidence(who, name),
                FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
    EXPECT_THAT(Download(who, name),
                FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
    EXPECT_EQ(ListEvidence(who, "")->evidence_size(), 0);
  }
  EXPECT_THAT(GetEvidence({common::v1::ADMIN, ""}, name),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  EXPECT_THAT(Send({common::v1::OFFICE, "units/north"}, Header(bytes), bytes),
              FailsWith(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED"));
  v1::GetUploadRequest upload;
  upload.set_name(name);
  upload.set_unit("units/north");
  EXPECT_THAT(Call(kSouth, *stub_, &EvidenceService::Stub::GetUpload, upload),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  for (const int64_t offset : {int64_t{-1}, int64_t{1001}}) {
    EXPECT_THAT(Download(kNorth, name, offset), FailsWith(kInvalid, "FIELD_INVALID", "offset"));
  }
  EXPECT_THAT(GetEvidence(kOffice, plan_ + "/evidence/x"),
              FailsWith(kInvalid, "FIELD_INVALID", "name"));
}

TEST_F(EvidenceTest, IsListedByUnitPageByPage) {
  for (const Who& who : {kNorth, kSouth}) {
    for (uint32_t seed = 1; seed <= 3; ++seed) {
      const std::string bytes = Pdf(50, who.unit == kNorth.unit ? seed : seed + 1);
      ASSERT_THAT(Send(who, Header(bytes, "a.pdf", kPdfType, who.unit), bytes), IsOk());
    }
  }
  EXPECT_EQ(ListEvidence(kOffice, "")->evidence_size(), 4);
  EXPECT_EQ(ListEvidence(kOffice, "unit = \"units/south\"")->evidence_size(), 3);
  EXPECT_EQ(ListEvidence(kNorth, "")->evidence_size(), 3);
  EXPECT_EQ(ListEvidence({common::v1::SYSTEM, "units/north"}, "")->evidence_size(), 3);
  EXPECT_THAT(ListEvidence(kNorth, "unit = \"units/south\""),
              FailsWith(absl::StatusCode::kPermissionDenied, "NOT_OWN_UNIT"));
  EXPECT_THAT(ListEvidence(kOffice, "unit = south"), FailsWith(kInvalid, "FILTER_INVALID"));
  EXPECT_THAT(ListEvidence(kOffice, "", 2, "x"), FailsWith(kInvalid, "PAGE_TOKEN_INVALID"));

  std::vector<std::string> sources;
  std::string token;
  int pages = 0;
  do {
    const auto page = ListEvidence(kOffice, "", 1, token);
    ASSERT_THAT(page, IsOk());
    ASSERT_EQ(page->evidence_size(), 1);
    ASSERT_EQ(page->evidence(0).sources_size(), 1);
    sources.push_back(page->evidence(0).name() + page->evidence(0).sources(0).unit());
    token = page->next_page_token();
  } while (!token.empty() && ++pages < 10);
  EXPECT_EQ(sources.size(), 6U);
  EXPECT_TRUE(std::is_sorted(sources.begin(), sources.end()));
}

}  // namespace
}  // namespace duban::submission
