#!/usr/bin/env bash
# Formatting. With --fix it mends instead of complaining.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
if [ "${1:-}" = --fix ]; then
  files '*.cc' '*.h' | xargs -r clang-format -i
  exit
fi
# One line per file that would change.
{ files '*.cc' '*.h' | xargs -r -P 2 -n 10 clang-format --dry-run -Werror --ferror-limit=1 2>&1 || true; } |
  sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: error: .*/\1: not formatted; tests\/run.sh --fix/p' | sort -u |
  finish "clang-format"
