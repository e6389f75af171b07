#include "services/submission/options.h"

int main(int argc, char** argv) {
  return duban::server::RunService(argc, argv, "submission", {.grpc = 7002, .metrics = 7102},
                                   duban::submission::ConfigureFromFlags);
}
