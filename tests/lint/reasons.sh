#!/usr/bin/env bash
# Every error reason is declared once and provoked by a test: a test names it by text or by constant.
# Two services may declare the same one, since they never see each other; none declares one of common.
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
  awk '{
    split($3, path, "/")
    where = path[1] == "common" ? "common" : path[2]
    if (where != "common") services[$2] = services[$2] " " where
    if (seen[$2, where]++) print $3 ": " $2 " declared more than once"
  }
  END { for (name in services) if ((name, "common") in seen)
    print name ": declared more than once, in common and in" services[name] }' <<<"$declared"
  while read -r constant name file; do
    grep -qE "\\b($name|$constant)\\b" /dev/null "${tests[@]}" ||
      echo "$file: $name ($constant): no test provokes it"
  done <<<"$declared"
} | finish "error reasons"
