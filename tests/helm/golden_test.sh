#!/usr/bin/env bash
# What two scenarios render to, word for word: whoever changes a template sees what it does to a
# cluster.  Usage: golden_test.sh [--fix]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
failures=0
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
for scenario in minimal external-mysql-tls; do
  rendered=$("$root/deploy/node_modules/.bin/helm" template duban "$root/helm/duban" \
    --namespace duban --values "$root/helm/duban/ci/$scenario-values.yaml" 2>"$messages") || {
    cat "$messages" >&2
    exit 1
  }
  if [ "${1:-}" = --fix ]; then
    printf '%s\n' "$rendered" >"$here/golden/$scenario.yaml"
  elif ! diff -u "$here/golden/$scenario.yaml" <(printf '%s\n' "$rendered"); then
    failures=$((failures + 1))
  fi
done
if [ "$failures" -ne 0 ]; then
  echo "if this is wanted: tests/helm/golden_test.sh --fix" >&2
  exit 1
fi
echo "helm golden: as before"
