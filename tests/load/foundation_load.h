#ifndef DUBAN_TESTS_LOAD_FOUNDATION_LOAD_H_
#define DUBAN_TESTS_LOAD_FOUNDATION_LOAD_H_

namespace duban::load {

// Durable submits through gRPC against a bare loop of the same statements, scoreboard reads against
// a bare echo of equal size, start-up time and memory of each process. `program` is this program's
// own path, to start the echo server with.
int RunFoundationLoad(const char* program);

}  // namespace duban::load

#endif  // DUBAN_TESTS_LOAD_FOUNDATION_LOAD_H_
