#ifndef DUBAN_SERVICES_INDICATOR_INDICATOR_H_
#define DUBAN_SERVICES_INDICATOR_INDICATOR_H_

#include "common/db/migration.h"
#include "common/server/process.h"

namespace duban::indicator {

// The tables that this service owns.
extern const db::MigrationSet kIndicatorMigrations;

// The service `indicator`: PlanService, DirectoryService and IndicatorService over one database.
const server::ServiceDefinition& IndicatorDefinition();

}  // namespace duban::indicator

#endif  // DUBAN_SERVICES_INDICATOR_INDICATOR_H_
