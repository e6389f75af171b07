#include "services/submission/evidence_name.h"

#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace duban::submission {
namespace {

using testing::FailsWith;
using testing::IsOk;
using testing::kInvalid;

TEST(EvidenceNameTest, HoldsAPlanAndADigest) {
  const std::string digest(64, '0');
  const auto name = ParseEvidenceName("plans/p/evidence/" + digest, "name");
  ASSERT_THAT(name, IsOk());
  EXPECT_EQ(name->plan, "p");
  EXPECT_EQ(name->ToString(), "plans/p/evidence/" + digest);
  for (const std::string& wrong : std::vector<std::string>{
           "", digest, "plans/p/evidence/", "plans/p/evidence/" + digest + "0",
           "plans/p/evidence/" + std::string(64, 'G'), "plans/p/reports/" + digest,
           "plans//evidence/" + digest, "plans/p/q/evidence/" + digest}) {
    EXPECT_THAT(ParseEvidenceName(wrong, "name"), FailsWith(kInvalid, "FIELD_INVALID", "name"))
        << wrong;
  }
}

}  // namespace
}  // namespace duban::submission
