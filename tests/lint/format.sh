#!/usr/bin/env bash
# Formatting. With --fix it mends instead of complaining.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if [ "${1:-}" = --fix ]; then
  files '*.cc' '*.h' | xargs -r clang-format -i
  exit
fi
# One line per file that would change.
files '*.cc' '*.h' | while IFS= read -r file; do
  clang-format "$file" | cmp -s - "$file" || echo "$file: not formatted; tests/run.sh --fix"
done | finish "clang-format"
