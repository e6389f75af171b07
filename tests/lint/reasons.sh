#!/usr/bin/env bash
# Every error reason is declared once and provoked by a test: a test names it by text or by constant.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# `constant NAME file` of each declaration `Reason kConstant{"NAME", …`.
declarations() {
  local file
  while IFS= read -r file; do
    tr '\n' ' ' <"$file" | grep -oE 'Reason +k[A-Za-z0-9]+ *(= *Reason)? *\{ *"[A-Z_0-9]+"' |
      sed -E "s|Reason +(k[A-Za-z0-9]+)[^\"]*\"([A-Z_0-9]+)\"|\1 \2 $file|" || true
  done < <(files '*.cc' '*.h' | grep -vE '_test\.cc$|^tests/')
}

declared=$(declarations)
if [ -z "$declared" ]; then
  echo "reasons: none found, so the pattern is wrong" >&2
  exit 1
fi
mapfile -t tests < <(files '*.cc' '*.h' | grep -E '_test\.cc$|^tests/' || true)
{
  awk '{ print $2 }' <<<"$declared" | sort | uniq -d | sed 's/$/: declared more than once/'
  while read -r constant name file; do
    grep -qE "\"$name\"|\\b$constant\\b" /dev/null "${tests[@]}" ||
      echo "$file: $name ($constant): no test provokes it"
  done <<<"$declared"
} | finish "error reasons"
