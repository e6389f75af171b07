#!/usr/bin/env bash
# clang-tidy over the sources that changed: against main on a branch, else since the commit before.
# LINT_ALL=1 takes them all. Stops at LINT_SECONDS (600) and says what was left out.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
limit=${LINT_SECONDS:-600}

changed() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null) || base=
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse -q --verify HEAD~ || true)
  fi
  if [ "${LINT_ALL:-}" = 1 ] || [ -z "$base" ]; then
    files '*.cc'
  else
    { git diff --name-only --diff-filter=d "$base" -- '*.cc' && git ls-files -o --exclude-standard '*.cc'; } | sort -u
  fi
}

# The dev preset compiles several sources as one; clang-tidy wants a command for each, and the headers
# that are generated.
cmake --preset dev -B build/tidy -DCMAKE_UNITY_BUILD=OFF >&2
ninja -C build/tidy -t targets all | sed -nE 's/^(proto\/.*\.pb\.h): CUSTOM_COMMAND$/\1/p' | xargs ninja -C build/tidy >&2

mapfile -t sources < <(changed)
checked=0
noise=$(mktemp)
trap 'rm -f "$noise"' EXIT
for source in "${sources[@]}"; do
  [ "$SECONDS" -lt "$limit" ] || break
  printf '%s\n' "$source" >&2
  # It says on standard error how many warnings it suppressed; what it finds goes to standard output.
  clang-tidy -p build/tidy --quiet --extra-arg=-Wno-unknown-warning-option "$source" 2>"$noise" || {
    status=$?
    grep -E 'error|Error' "$noise" || printf '%s: clang-tidy ended with %d\n' "$source" "$status"
  }
  checked=$((checked + 1))
  printf 'clang-tidy: %d of %d\n' "$checked" "${#sources[@]}" >&2
done | finish "clang-tidy"
