#include "services/notification/options.h"

int main(int argc, char** argv) {
  return duban::server::RunService(argc, argv, "notification", {.grpc = 7004, .metrics = 7104},
                                   duban::notification::ConfigureFromFlags);
}
