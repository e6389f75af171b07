#ifndef DUBAN_SERVICES_SUBMISSION_EXCHANGE_FIXTURE_H_
#define DUBAN_SERVICES_SUBMISSION_EXCHANGE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/testing/status_matchers.h"
#include "common/workbook/cell_text.h"
#include "common/workbook/workbook_reader.h"
#include "duban/submission/v1/exchange_service.grpc.pb.h"
#include "services/submission/submission_fixture.h"

namespace duban::submission {

using Exchange = v1::ExchangeService::Stub;

// The sheets of a workbook; the test fails where it is none.
inline std::vector<workbook::SheetContent> Read(const std::string& bytes) {
  auto sheets = workbook::ReadWorkbook(bytes, {.archive = {}, .cells = 1'000'000});
  EXPECT_THAT(sheets, ::duban::testing::IsOk());
  return sheets.ok() ? *std::move(sheets) : std::vector<workbook::SheetContent>(2);
}

// What the cell shows, such as that of `A1`; empty where there is none.
inline std::string TextAt(const workbook::SheetContent& sheet, const std::string& cell) {
  const auto found = sheet.cells.find(*workbook::ParseCellName(cell));
  return found == sheet.cells.end() ? "" : found->second.text;
}

// A test over the exchange of its plan.
class ExchangeCalls : public SubmissionTest {
 protected:
  ExchangeCalls()
      : exchange_(v1::ExchangeService::NewStub(Services::Get().submission->channel())) {}

  std::unique_ptr<Exchange> exchange_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_EXCHANGE_FIXTURE_H_
