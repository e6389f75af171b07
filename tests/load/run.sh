#!/usr/bin/env bash
# Prints figures of speed, one a line: name value unit goal. Usage: tests/load/run.sh SUITE
# A goal is written >=0.6 or <=60; "-" has none. Exits 1 if a goal is missed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

suite=${1:-}
if [[ ! $suite =~ ^(foundation|submission|notification|review)$ ]]; then
  echo "usage: tests/load/run.sh foundation|submission|notification|review" >&2
  exit 2
fi

deploy/setup.sh >&2
cmake --preset release >/dev/null
cmake --build --preset release --target duban-load >&2

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
build/release/bin/duban-load "$suite" | tee "$figures"
awk '
  $4 ~ /^>=/ && $2 + 0 < substr($4, 3) + 0 { missed = missed " " $1 }
  $4 ~ /^<=/ && $2 + 0 > substr($4, 3) + 0 { missed = missed " " $1 }
  END { if (missed) { print "missed:" missed > "/dev/stderr"; exit 1 } }' "$figures"
