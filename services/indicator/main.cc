#include "common/server/process.h"
#include "services/indicator/indicator.h"

int main(int argc, char** argv) {
  return duban::server::RunService(argc, argv, {.grpc = 7001, .metrics = 7101},
                                   duban::indicator::IndicatorDefinition());
}
