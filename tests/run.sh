#!/usr/bin/env bash
# Builds the dev preset and runs the tests.  Usage: tests/run.sh [--lint|--fix|--only LABEL|--long]
#   (nothing)     everything with the labels unit, integration, e2e and lint
#   --lint        the lint alone, with clang-tidy over what changed (LINT_ALL=1: over everything)
#   --fix         mends the formatting
#   --only LABEL  the tests of one label
#   --long        everything, the faults suite in its long form, restarts at full rate, and the figures of speed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=${1:-all}
label=
case "$mode" in
  all | --lint | --fix | --long) ;;
  --only) label=${2:?--only needs a label: unit, integration, e2e or lint} ;;
  *)
    sed -n '2,7s/^# //p' "$0" >&2
    exit 2
    ;;
esac

deploy/setup.sh --tests

configure() {
  cmake --preset dev
}

build() {
  configure
  cmake --build build/dev
}

# run_tests CTEST_ARGUMENT…: CTest's own closing lines end the output.
run_tests() {
  ctest --test-dir build/dev -j2 --output-on-failure --no-tests=error "$@"
}

case "$mode" in
  --fix) tests/lint/format.sh --fix ;;
  --lint)
    configure
    run_tests -L '^lint$'
    tests/lint/tidy.sh
    ;;
  --only)
    case "$label" in lint) configure ;; *) build ;; esac
    run_tests -L "^$label\$"
    ;;
  --long)
    build
    DUBAN_FAULT_ROUNDS=10 run_tests
    cmake --preset release
    cmake --build build/release --target rolling_restart_test
    DUBAN_FAULT_ROUNDS=3 build/release/bin/rolling_restart_test
    tests/load/run.sh foundation
    tests/load/run.sh submission
    ;;
  all)
    build
    run_tests
    ;;
esac
