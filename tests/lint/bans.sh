#!/usr/bin/env bash
# What the code never says. Comments count.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# ban WHY PATTERN WHERE [BUT_NOT_IN]: lines of C++ that match, in files whose path matches WHERE.
ban() {
  { grep -E -e "$3" <<<"$sources" | grep -vE -e "${4:-^$}" | xargs -r grep -nHE -e "$2" || true; } |
    sed "s|\$|    <- $1|"
}

sources=$(files '*.cc' '*.h')
everywhere=.
tests='(_test\.cc$|^tests/|^common/testing/)'
{
  ban "the connector hides a failed commit: run it as a statement" \
    '(->|\.)(commit|rollback|setAutoCommit)\(' "$everywhere"
  ban "time is read from Clock or MachineNow" \
    '(system|steady|high_resolution)_clock::now|absl::Now\(|\btime\((nullptr|NULL|0)\)|gettimeofday|clock_gettime' \
    '^(common|services)/' "$tests|_speed\.cc$|^common/base/(clock|log|shared_time)[a-z_]*\.(cc|h)$"
  ban "tests poll with a deadline, see common/testing/wait_until.h" \
    'sleep_for|sleep_until|SleepFor|usleep\(|nanosleep|\bsleep\(' "$tests" \
    '^common/testing/wait_until\.(h|cc)$'
  ban "unfinished" '\b(TODO|FIXME|XXX|NOT_IMPLEMENTED)\b' "$everywhere"
  ban "a test that does not run" 'GTEST_SKIP|DISABLED_' "$everywhere"
} | finish "banned words"
