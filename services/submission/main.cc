#include "common/server/process.h"
#include "services/submission/submission.h"

int main(int argc, char** argv) {
  return duban::server::RunService(argc, argv, duban::submission::DefinitionFromFlags());
}
