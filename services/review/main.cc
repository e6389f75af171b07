#include "services/review/options.h"

int main(int argc, char** argv) {
  return duban::server::RunService(argc, argv, "review", {.grpc = 7003, .metrics = 7103},
                                   duban::review::ConfigureFromFlags);
}
