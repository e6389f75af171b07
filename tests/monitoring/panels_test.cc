// The dashboards and rules of deploy/ against a real Prometheus that reads the real services while
// the demonstration is played on them.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/e2e/local_stack.h"

namespace duban::testing {
namespace {

constexpr char kSource[] = DUBAN_SOURCE_DIR;

class PanelsTest : public ::testing::Test {
 protected:
  PanelsTest() : folder_(stack_.key_file() + ".prometheus") {
    std::filesystem::create_directory(folder_);
    std::ofstream config(folder_ + "/prometheus.yml");
    config << "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
           << "rule_files: ['" << kSource << "/deploy/prometheus/rules/*.yaml']\n"
           << "scrape_configs:\n";
    for (const std::string service : {"indicator", "submission", "review", "notification"}) {
      config << "  - {job_name: duban-" << service
             << ", static_configs: [{targets: ['127.0.0.1:" << stack_.metrics_port(service)
             << "']}]}\n";
    }
  }

  // Runs a command to its end, which has to be a good one.
  void Run(const std::string& name, const std::vector<std::string>& command, int seconds) {
    Process process(command, folder_ + "/" + name);
    process.Start();
    EXPECT_EQ(process.Wait(seconds), 0) << process.Output();
  }

  void Dubanctl(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {absl::StrCat(DUBAN_BIN_DIR, "/dubanctl"),
                                        "--indicator",
                                        stack_.indicator_target(),
                                        "--submission",
                                        stack_.submission_target(),
                                        "--review",
                                        stack_.review_target(),
                                        "--key-file",
                                        stack_.key_file()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Run(arguments.front(), command, 120);
  }

  LocalStack stack_{"2024-04-01T09:00:00+08:00", {}, {"--figures_interval=1s"}};
  const std::string folder_;
};

TEST_F(PanelsTest, EveryPanelShowsSomethingAndEveryRuleKnowsItsMetrics) {
  const std::string address = absl::StrCat("127.0.0.1:", FreePort());
  Process prometheus(
      {"/usr/bin/prometheus", absl::StrCat("--config.file=", folder_, "/prometheus.yml"),
       absl::StrCat("--storage.tsdb.path=", folder_, "/data"), "--web.listen-address=" + address},
      folder_ + "/prometheus.log");
  prometheus.Start();
  Dubanctl({"calendar", "import", absl::StrCat(kSource, "/deploy/plans/working-days-cn.json")});
  ASSERT_THAT(stack_.LoadLinxiang(), IsOk());
  Dubanctl({"demo", absl::StrCat(kSource, "/deploy/local/demo-2024-q1.json")});
  Run("panels",
      {"/usr/bin/env", "node", absl::StrCat(kSource, "/tests/monitoring/panels.mjs"),
       "http://" + address},
      100);
}

}  // namespace
}  // namespace duban::testing
