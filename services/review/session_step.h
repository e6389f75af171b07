#ifndef DUBAN_SERVICES_REVIEW_SESSION_STEP_H_
#define DUBAN_SERVICES_REVIEW_SESSION_STEP_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace duban::review {

// What the scheduler does with a session. The numbers are stored, and order steps of one instant.
enum class Step {
  kOpen = 1,    // opens obligations and the session
  kRemind = 2,  // one of the plan's reminders
  kDue = 3,     // tells who has not reported
  kClose = 4,   // freezes the scoreboard and closes the session
};

// One step of one session.
struct SessionStep {
  std::string plan;     // id
  std::string session;  // id
  Step step = Step::kOpen;
  int ordinal = 0;  // of a reminder: its place in the plan's list, from 1; of OPEN: 1 for the year
  absl::Time nominal_time;
  int64_t fence = 0;   // as read; as raised, once claimed
  int attempts = 0;    // claims so far
  bool taken = false;  // another worker holds it, or held it and its lease ran out
};

}  // namespace duban::review

#endif  // DUBAN_SERVICES_REVIEW_SESSION_STEP_H_
