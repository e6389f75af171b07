#ifndef DUBAN_SERVICES_SUBMISSION_TEMPLATE_SERVICE_H_
#define DUBAN_SERVICES_SUBMISSION_TEMPLATE_SERVICE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/call_context.h"
#include "duban/submission/v1/exchange_service.pb.h"
#include "services/submission/reports.h"
#include "services/submission/standing_store.h"
#include "services/submission/template_import.h"
#include "services/submission/template_sheet.h"
#include "services/submission/unit_names.h"

namespace duban::submission {

// The methods of ExchangeService about templates; the contract says what each does and refuses.
class TemplateService {
 public:
  TemplateService(const Reports* reports, const UnitNames* unit_names)
      : reports_(reports), unit_names_(unit_names) {}

  absl::StatusOr<v1::ReportTemplate> GetReportTemplate(server::CallContext& call,
                                                       const v1::GetReportTemplateRequest& request);
  absl::StatusOr<v1::ImportReportsResponse> ImportReports(server::CallContext& call,
                                                          const v1::ImportReportsRequest& request);

 private:
  // What the lines of a template hold.
  absl::StatusOr<std::vector<TemplateLine>> ReadLines(
      db::Session& session, const TemplatePlace& place,
      const std::vector<indicator::v1::Indicator>& definitions) const;

  // The reports that are live at these places, locked, by the id of their indicator: of each the
  // one in work, else the accepted one.
  absl::StatusOr<std::map<std::string, v1::Report>> Lock(
      db::Transaction& tx, const std::vector<v1::Report>& places) const;

  absl::Status Write(db::Transaction& tx, const server::CallContext& call,
                     const ImportedRow& row) const;

  // Takes the rows over, inside the transaction. Errors of rows are answered; then nothing of it is
  // to be kept.
  absl::StatusOr<v1::ImportReportsResponse> Take(db::Transaction& tx,
                                                 const server::CallContext& call,
                                                 const v1::ImportReportsRequest& request,
                                                 const PlanPointer& plan,
                                                 const FilledTemplate& filled) const;

  const Reports* reports_;
  const UnitNames* unit_names_;
  StandingStore standings_;
};

}  // namespace duban::submission

#endif  // DUBAN_SERVICES_SUBMISSION_TEMPLATE_SERVICE_H_
