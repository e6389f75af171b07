#ifndef DUBAN_TESTS_LOAD_INBOX_FIGURES_H_
#define DUBAN_TESTS_LOAD_INBOX_FIGURES_H_

namespace duban::load {

// Prints how many events a second come from PublishEvents into somebody's inbox, and how long one
// takes from the COMMIT of its source.
void PrintInboxes();

// Prints what a million events that wait (or as many as DUBAN_LOAD_BACKLOG says) do to those who
// read their inboxes meanwhile, and in which order they are dispatched.
void PrintBacklog();

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_INBOX_FIGURES_H_
