// The printing process that does not behave: each costs one print.
#include "services/review/printer.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait_until.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace duban::review {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::WaitUntil;

std::string ReadAll(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class PrinterTest : public ::testing::Test {
 protected:
  PrinterTest() {
    char pattern[] = "/tmp/duban-printer-test-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~PrinterTest() override { std::filesystem::remove_all(folder_); }

  // Settings with a stand-in that runs these lines; `$out` is the PDF that it is to write.
  PrinterSettings StandIn(const std::string& lines) const {
    const std::string path = absl::StrCat(folder_, "/stand-in");
    std::ofstream(path) << "#!/bin/sh\nfor argument; do case \"$argument\" in --print-to-pdf=*)"
                           " out=${argument#*=} ;; esac; done\n"
                        << lines << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {.chromium = path, .timeout = absl::Seconds(30)};
  }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }

  std::string folder_;
};

absl::Time Soon() { return MachineNow() + absl::Seconds(60); }

// How a refusal explains itself.
std::string Why(const absl::StatusOr<std::string>& printed) {
  EXPECT_THAT(printed, FailsWith(absl::StatusCode::kUnavailable, "RENDERER_UNAVAILABLE"));
  return GetLocalizedText(printed.status(), "zh-CN");
}

bool IsGone(const std::string& pid) {
  return ReadAll(absl::StrCat("/proc/", pid, "/cmdline")).empty();
}

TEST_F(PrinterTest, WhatTheProcessWroteIsThePdf) {
  Printer printer(StandIn("printf '%%PDF-1.4 %s' \"$(pwd)\" > \"$out\"; echo $out > " +
                          Path("out") + "; cat ${out%/*}/page.html > " + Path("page")));
  const auto printed = printer.Print("<p>页</p>", Soon());
  ASSERT_THAT(printed, IsOk());
  EXPECT_THAT(*printed, HasSubstr("%PDF-1.4"));
  EXPECT_EQ(ReadAll(Path("page")), "<p>页</p>");
  // Nothing of it is left.
  const std::string out(absl::StripAsciiWhitespace(ReadAll(Path("out"))));
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(out).parent_path()));
}

TEST_F(PrinterTest, AKilledProcessCostsOnePrint) {
  Printer printer(StandIn("[ -e " + Path("again") + " ] && printf '%%PDF-' > \"$out\" && exit 0\n" +
                          "touch " + Path("again") + "; kill -9 $$"));
  EXPECT_THAT(Why(printer.Print("", Soon())), HasSubstr("异常退出"));
  EXPECT_THAT(printer.Print("", Soon()), IsOk());
}

TEST_F(PrinterTest, AHangingProcessIsKilledWithAllThatItStarted) {
  PrinterSettings settings = StandIn("sleep 600 & echo $! $$ > " + Path("pids.new") + "; mv " +
                                     Path("pids.new") + " " + Path("pids") + "; sleep 600");
  settings.timeout = absl::Seconds(2);
  Printer printer(settings);
  EXPECT_THAT(Why(printer.Print("", Soon())), HasSubstr("超时"));
  const std::vector<std::string> pids =
      absl::StrSplit(absl::StripAsciiWhitespace(ReadAll(Path("pids"))), ' ');
  ASSERT_EQ(pids.size(), 2);
  for (const std::string& pid : pids) {
    EXPECT_TRUE(WaitUntil(absl::Seconds(10), [&] { return IsGone(pid); })) << pid;
  }
}

TEST_F(PrinterTest, ThePrintEndsWithItsDeadline) {
  Printer printer(StandIn("sleep 600"));
  const absl::Time began = MachineNow();
  EXPECT_THAT(Why(printer.Print("", began + absl::Milliseconds(300))), HasSubstr("超时"));
  EXPECT_LT(MachineNow() - began, absl::Seconds(20));
}

TEST_F(PrinterTest, WhatMakesNoPdfIsNoPrint) {
  Printer empty(StandIn("exit 0"));
  EXPECT_THAT(Why(empty.Print("", Soon())), HasSubstr("没有输出文件"));
  Printer other(StandIn("echo '<html>' > \"$out\""));
  EXPECT_THAT(Why(other.Print("", Soon())), HasSubstr("没有输出文件"));
  Printer failing(StandIn("printf '%%PDF-' > \"$out\"; exit 3"));
  EXPECT_THAT(Why(failing.Print("", Soon())), HasSubstr("异常退出"));
}

TEST_F(PrinterTest, AProgramThatIsNotThereIsNamedSo) {
  Printer printer({.chromium = "/usr/bin/no-chromium"});
  EXPECT_THAT(Why(printer.Print("", Soon())), HasSubstr("未能启动"));
}

// `tail` keeps its last line in memory, here all of it.
TEST_F(PrinterTest, MemoryIsBounded) {
  PrinterSettings settings = StandIn("head -c 200000000 /dev/zero | tail -n 1 > /dev/null");
  settings.memory_bytes = int64_t{50} << 20;
  Printer bounded(settings);
  EXPECT_THAT(Why(bounded.Print("", Soon())), HasSubstr("异常退出"));
  settings.memory_bytes = int64_t{1000} << 20;
  Printer roomy(settings);
  EXPECT_THAT(Why(roomy.Print("", Soon())), HasSubstr("没有输出文件"));
}

TEST_F(PrinterTest, TooManyAtOnceAreRefusedWhenTheirTimeIsOver) {
  PrinterSettings settings = StandIn("touch " + Path("running") + "; while [ ! -e " + Path("go") +
                                     " ]; do sleep 0.05; done; printf '%%PDF-' > \"$out\"");
  settings.at_once = 1;
  Printer printer(settings);
  absl::StatusOr<std::string> first;
  std::thread printing([&] { first = printer.Print("", Soon()); });
  EXPECT_TRUE(
      WaitUntil(absl::Seconds(30), [&] { return std::filesystem::exists(Path("running")); }));
  EXPECT_THAT(Why(printer.Print("", MachineNow() + absl::Milliseconds(200))), HasSubstr("繁忙"));
  std::ofstream(Path("go")) << "go";
  printing.join();
  EXPECT_THAT(first, IsOk());
  EXPECT_THAT(printer.Print("", Soon()), IsOk());
}

}  // namespace
}  // namespace duban::review
