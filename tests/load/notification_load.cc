#include "tests/load/notification_load.h"

#include "tests/e2e/local_stack.h"
#include "tests/load/delivery_figures.h"
#include "tests/load/event_figures.h"
#include "tests/load/inbox_figures.h"
#include "tests/load/watch_figures.h"

namespace duban::load {

int RunNotificationLoad() {
  {
    testing::LocalStack stack("2025-01-10T09:00:00+08:00", {"--log_level=warning"});
    PrintPublishing(stack);
    PrintWatches(stack);
  }
  PrintInboxes();
  PrintDeliveries();
  PrintBacklog();
  return 0;
}

}  // namespace duban::load
