#include "services/submission/revision_rules.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/submission/test_plan.h"

namespace duban::submission {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Report;

std::vector<std::string> Diff(const std::string& earlier, const std::string& later) {
  std::vector<std::string> changes;
  for (const auto& change : DiffRevisions(Parse<Report>(earlier), Parse<Report>(later))) {
    changes.push_back(
        absl::StrCat(change.path(), ": ", change.old_value(), " > ", change.new_value()));
  }
  return changes;
}

TEST(DiffRevisionsTest, GoesDownToSingleValues) {
  EXPECT_THAT(
      Diff(R"(measurement { value: "1" unit_of_measure: "家" } observation_status: ESTIMATED
              evidence: "a" evidence: "b" state: DRAFT)",
           R"(measurement { value: "2" unit_of_measure: "家" } observation_status: NORMAL
              narrative { problems: "问题" } evidence: "a" state: SUBMITTED
              provenance { origin: IMPORTED })"),
      ElementsAre("measurement.value: 1 > 2", "observation_status: ESTIMATED > NORMAL",
                  "narrative.problems:  > 问题", "evidence[1]: b > ",
                  "provenance.origin: ORIGIN_UNSPECIFIED > IMPORTED", "state: DRAFT > SUBMITTED"));
}

TEST(DiffRevisionsTest, WhatTheServerSetsIsNoChange) {
  EXPECT_THAT(Diff(R"(name: "n" revision: 1 etag: "a" canonical { value: "1" } comment: "c")",
                   R"(name: "n" revision: 2 etag: "b" update_time { seconds: 4 } comment: "c"
                      permitted_actions: UPDATE decision { actor: "x" })"),
              IsEmpty());
}

}  // namespace
}  // namespace duban::submission
