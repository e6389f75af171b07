// An upload expires and is being swept away while its owner goes on with it: whoever is first has
// it, and neither ever mixes bytes or loses the other's.
#include <future>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "services/submission/evidence_fixture.h"
#include "services/submission/lock_fixture.h"

namespace duban::submission {
namespace {

using testing::FailsWith;
using testing::IsOk;
using v1::Evidence;

class EvidenceRaceTest : public EvidenceTest {
 protected:
  using Answer = std::future<absl::StatusOr<Evidence>>;

  // North has sent kSent of its bytes, and its upload expires a day after the beginning.
  EvidenceRaceTest() {
    Upload upload(*stub_, kNorth);
    upload.Send(Header(bytes_));
    upload.Send(bytes_, 0, kSent);
    EXPECT_THAT(upload.Finish(),
                FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_INCOMPLETE"));
  }

  // North goes on at an offset.
  Answer Resume(int64_t offset) const {
    v1::EvidenceHeader header = Header(bytes_);
    header.set_offset(offset);
    return Sent(kNorth, header, bytes_);
  }
  // South begins an upload of its own once north's has expired, which sweeps that away.
  Answer Sweep() {
    Services::Get().clock.Set(Services::Begin() + absl::Hours(24));
    return Sent(kSouth, Header(other_, "a.pdf", kPdfType, "units/south"), other_);
  }

  std::string UploadForUpdate(const std::string& column) const {
    return absl::StrCat("SELECT ", column, " FROM evidence_uploads WHERE plan = '",
                        plan_.substr(plan_.find('/') + 1), "' AND sha256 = '", Sha256Hex(bytes_),
                        "' AND unit = 'north'");
  }

  // What both have brought is there, byte by byte, and nothing else is left.
  void ExpectBothWhole() const {
    EXPECT_TRUE(Download(kNorth, NameOf(bytes_)).value() == bytes_);
    EXPECT_EQ(Download(kSouth, NameOf(other_)).value(), other_);
    EXPECT_EQ(Count(absl::StrCat("evidence_uploads WHERE plan = '",
                                 plan_.substr(plan_.find('/') + 1), "'")),
              "0");
    EXPECT_EQ(Count("blob_pieces p LEFT JOIN blobs b ON b.id = p.id WHERE b.id IS NULL"), "0");
  }

  static uint32_t NextSeed() {
    static uint32_t seed = 1000;
    return ++seed;
  }

  static constexpr size_t kSent = 300'000;
  // Of each test its own: bytes that are filed already would not be kept twice.
  const std::string bytes_ = Pdf(700'000, NextSeed());
  const std::string other_ = Pdf(1000, NextSeed());
  LockWaits waits_;

 private:
  Answer Sent(const Who& who, const v1::EvidenceHeader& header, const std::string& bytes) const {
    return std::async(std::launch::async,
                      [this, who, header, &bytes] { return Send(who, header, bytes); });
  }
};

TEST_F(EvidenceRaceTest, AfterTheSweepTheOwnerBeginsAnew) {
  HeldRows upload(database(), UploadForUpdate("*") + " FOR UPDATE");
  Answer south = Sweep();
  ASSERT_TRUE(waits_.Await(1));
  Answer north = Resume(kSent);
  ASSERT_TRUE(waits_.Await(2));
  upload.LetGo();
  const absl::Status resumed = north.get().status();
  EXPECT_THAT(resumed, FailsWith(absl::StatusCode::kFailedPrecondition, "UPLOAD_OFFSET_MISMATCH"));
  EXPECT_EQ(OffsetIn(resumed), 0);
  EXPECT_THAT(south.get(), IsOk());
  EXPECT_THAT(Resume(0).get(), IsOk());
  ExpectBothWhole();
}

TEST_F(EvidenceRaceTest, AnOwnerWhoIsFirstKeepsTheUpload) {
  HeldRows upload(database(), UploadForUpdate("*") + " FOR UPDATE");
  Services::Get().clock.Set(Services::Begin() + absl::Hours(23));
  Answer north = Resume(kSent);
  ASSERT_TRUE(waits_.Await(1));
  Answer south = Sweep();
  ASSERT_TRUE(waits_.Await(2));
  upload.LetGo();
  EXPECT_THAT(north.get(), IsOk());
  EXPECT_THAT(south.get(), IsOk());
  ExpectBothWhole();
}

// The sweep has marked the upload and is held up before its bytes are gone.
TEST_F(EvidenceRaceTest, ANewUploadOutlivesTheEndOfTheOldOne) {
  HeldRows blob(database(), absl::StrCat("SELECT id FROM blobs WHERE id = '",
                                         Ask(UploadForUpdate("blob_id")), "' FOR UPDATE"));
  Answer south = Sweep();
  ASSERT_TRUE(waits_.Await(1));
  Answer north = Resume(0);
  ASSERT_TRUE(waits_.Await(2));
  blob.LetGo();
  EXPECT_THAT(north.get(), IsOk());
  EXPECT_THAT(south.get(), IsOk());
  ExpectBothWhole();
}

}  // namespace
}  // namespace duban::submission
