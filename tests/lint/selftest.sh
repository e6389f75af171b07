#!/usr/bin/env bash
# The lint of the lint: each check finds the bad example below, and passes the good tree.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
code=0

# A tree in which nothing is wrong.
write() {
  mkdir -p "$tree/$(dirname "$1")"
  printf '%b' "$2" >"$tree/$1"
}
good_tree() {
  rm -rf "${tree:?}"/*
  cp "$here/../../.clang-format" "$tree/"
  write common/base/error.h '#include <string>\nconstexpr Reason kBad{"BAD", 3, "", ""};\n'
  write common/base/clock.cc 'Time Now() { return absl::Now(); }\n'
  write common/db/pool.cc '#include <cppconn/driver.h>\n\n#include "common/base/error.h"\n'
  write common/db/pool_test.cc '#include "common/testing/x.h"\nint a = kBad;\n'
  write services/alpha/report_rules.h \
    '#include "common/calendar/period.h"\n#include "services/alpha/plan_rules.h"\n'
  write services/alpha/report_store.h '#include "common/db/pool.h"\n'
  write services/alpha/report_service.cc \
    '#include "services/alpha/report_rules.h"\n#include "services/alpha/report_store.h"\n'
  # shellcheck disable=SC2016
  write tests/lint/ok.sh '#!/usr/bin/env bash\necho "$1"\n'
}

run_check() { DUBAN_LINT_ROOT=$tree "$here/$1.sh" 2>&1; }

# expect CHECK FILE CONTENT FINDING: the check fails on the tree with this file, and says FINDING.
expect() {
  good_tree
  write "$2" "$3"
  local output
  if output=$(run_check "$1"); then
    echo "$1 passes $2, although: $4"
    code=1
  elif ! grep -qF -- "$4" <<<"$output"; then
    printf '%s on %s does not say "%s" but:\n%s\n' "$1" "$2" "$4" "$output"
    code=1
  fi
}

good_tree
for check in includes bans reasons shell format; do
  if ! output=$(run_check "$check"); then
    printf '%s refuses the good tree:\n%s\n' "$check" "$output"
    code=1
  fi
done

expect includes common/db/x.h '#include "services/alpha/report_store.h"\n' "common never sees services"
expect includes common/db/x_test.cc '#include "services/alpha/x.h"\n' "common never sees services"
expect includes services/beta/x.cc '#include "services/alpha/x.h"\n' "services never see each other"
expect includes tests/e2e/x_test.cc '#include "services/alpha/x.h"\n' "see no service's inside"
expect includes common/base/x.cc '#include "common/db/pool.h"\n' "common/base must not see common/db"
expect includes common/db/x.cc '#include "common/server/x.h"\n' "common/db must not see common/server"
expect includes common/calendar/x.h '# include "common/server/x.h"\n' "common/calendar must not see common/server"
expect includes services/alpha/x.cc '#include "common/testing/x.h"\n' "only tests see common/testing"
expect includes services/alpha/a_rules.cc '#include "services/alpha/a_store.h"\n' "never see each other"
expect includes services/alpha/a_store.h '#include "services/alpha/b_rules.h"\n' "never see each other"
expect includes services/alpha/a_store.h '#include <grpcpp/channel.h>\n' "a store sees no gRPC"
expect includes services/alpha/a_rules.h '#include "common/db/database.h"\n' "rules see no SQL"
expect includes services/alpha/a_rules.h '#include "grpcpp/channel.h"\n' "rules see no SQL"
expect includes services/alpha/a_rules.h '#include "duban/a/v1/a_service.grpc.pb.h"\n' "rules see no SQL"
expect includes services/alpha/a_rules.h '#include "common/base/clock.h"\n' "rules see no SQL"
expect includes common/server/x.cc '#include <cppconn/driver.h>\n' "cppconn/* stays in its room"
expect includes services/alpha/x.cc '#include <openssl/evp.h>\n' "openssl/* stays in its room"
expect includes services/alpha/x.cc '#include "spdlog/spdlog.h"\n' "spdlog/* stays in its room"
expect bans common/db/x.cc 'connection->commit();\n' "hides a failed commit"
expect bans common/db/x_test.cc 'connection.setAutoCommit(false);\n' "hides a failed commit"
expect bans services/alpha/x.cc 'auto t = absl::Now();\n' "time is read from Clock"
expect bans common/db/x.h 'auto t = std::chrono::steady_clock::now();\n' "time is read from Clock"
expect bans services/alpha/x_test.cc 'absl::SleepFor(a);\n' "poll with a deadline"
expect bans tests/e2e/x.cc 'std::this_thread::sleep_for(a);\n' "poll with a deadline"
expect bans common/db/x.h '// TO''DO later\n' "unfinished"
expect bans common/db/x_test.cc 'GTEST_''SKIP();\n' "a test that does not run"
expect reasons services/alpha/b_rules.h 'constexpr Reason kOther{"OTHER", 1, "", ""};\n' "no test provokes it"
expect reasons services/alpha/b_rules.h 'constexpr Reason kBad2{"BAD", 1, "", ""};\n' "declared more than once"
expect reasons common/db/b.h 'constexpr Reason kBad2{"BAD", 1, "", ""};\n' "declared more than once"
# shellcheck disable=SC2016
expect shell tests/x.sh '#!/usr/bin/env bash\necho $1\n' "SC2086"
expect format common/base/x.h 'int   a ;\n' "not formatted"

# buf: a message without a comment, in a tree of its own.
good_tree
mkdir -p "$tree/deploy"
ln -s "$here/../../deploy/node_modules" "$tree/deploy/node_modules"
cp -r "$here/../../proto" "$tree/proto"
if ! output=$(run_check protos); then
  printf 'protos refuses our own files:\n%s\n' "$output"
  code=1
fi
expect_proto() {
  write proto/duban/common/v1/extra.proto "syntax = \"proto3\";\npackage duban.common.v1;\n$1"
  if output=$(run_check protos) || ! grep -qF -- "$2" <<<"$output"; then
    printf 'protos does not say "%s" but:\n%s\n' "$2" "$output"
    code=1
  fi
}
expect_proto 'message Silent {}\n' 'Message "Silent" should have a non-empty comment'
expect_proto '// Said.\nmessage bad_name {}\n' 'should be PascalCase'
write CHANGELOG.md '# Changelog\n'
git -C "$tree" init -q
git -C "$tree" add proto CHANGELOG.md
git -C "$tree" -c user.name=lint -c user.email=lint@localhost commit -qm before
rm "$tree/proto/duban/common/v1/extra.proto"
sed -i 's/string value = 1;/int32 value = 1;/' "$tree/proto/duban/common/v1/measurement.proto"
if output=$(run_check protos) || ! grep -qF 'changed type' <<<"$output"; then
  printf 'protos does not see a breaking change but says:\n%s\n' "$output"
  code=1
fi
# shellcheck disable=SC2016  # the backticks are the changelog's
write CHANGELOG.md '# Changelog\n- Breaking: `Measurement` holds whole numbers.\n'
if ! output=$(run_check protos); then
  printf 'protos refuses an announced break:\n%s\n' "$output"
  code=1
fi

[ "$code" -eq 0 ] && echo "lint of the lint: every check finds its bad example"
exit "$code"
