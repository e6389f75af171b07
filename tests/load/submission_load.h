#ifndef DUBAN_TESTS_LOAD_SUBMISSION_LOAD_H_
#define DUBAN_TESTS_LOAD_SUBMISSION_LOAD_H_

namespace duban::load {

// Submits one by one and together, in batches, scoreboards, and what a call costs among millions of
// reports; start-up time and memory. `program` is this program's own path.
int RunSubmissionLoad(const char* program);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_SUBMISSION_LOAD_H_
