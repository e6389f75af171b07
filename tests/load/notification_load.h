#ifndef DUBAN_TESTS_LOAD_NOTIFICATION_LOAD_H_
#define DUBAN_TESTS_LOAD_NOTIFICATION_LOAD_H_

namespace duban::load {

// The suite `notification`: events in, inboxes and who watches them. Returns the exit code.
int RunNotificationLoad();

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_NOTIFICATION_LOAD_H_
