#ifndef DUBAN_TESTS_LOAD_REVIEW_LOAD_H_
#define DUBAN_TESTS_LOAD_REVIEW_LOAD_H_

namespace duban::load {

// The scheduler after an outage and beside submissions, and what a PDF takes.
int RunReviewLoad();

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_REVIEW_LOAD_H_
