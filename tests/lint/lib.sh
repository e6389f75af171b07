# Shared by the lint scripts; sourced, never run. Each of them checks the tree under DUBAN_LINT_ROOT
# (this repository where it is not set), prints one line per finding and fails if there is one.
# shellcheck shell=bash
set -euo pipefail
root=${DUBAN_LINT_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
cd "$root"

# files PATTERN…: the tree's own files of these names, one a line; nothing built, nothing installed.
files() {
  local names=() pattern
  for pattern in "$@"; do names+=(-o -name "$pattern"); done
  find . \( -name .git -o -name build -o -name node_modules -o -path ./deploy/local/state \) -prune \
    -o -type f \( "${names[@]:1}" \) -print | sed 's|^\./||' | sort
}

# finish NAME: reads findings from standard input.
finish() {
  local findings
  findings=$(cat)
  if [ -n "$findings" ]; then
    printf '%s\n' "$findings"
    printf '%s: %d found\n' "$1" "$(wc -l <<<"$findings")" >&2
    exit 1
  fi
  printf '%s: clean\n' "$1"
}
