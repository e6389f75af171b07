#!/usr/bin/env bash
# The contract: buf's lint over our own files, and what the last change of it would break for callers.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
buf=deploy/node_modules/.bin/buf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# image PROTO_FOLDER FILE: the folder's files with all that they import.
image() {
  (cd "$1" && find duban -name '*.proto' | sort | xargs protoc \
    -I. -I"$root/deploy/node_modules/google-proto-files" -I/usr/share/grpc-proto \
    --include_imports --include_source_info -o "$2")
}

own=()
while IFS= read -r file; do own+=(--path "$file"); done < <(cd proto && find duban -name '*.proto')
image proto "$work/now.binpb"
"$buf" lint "$work/now.binpb" --config proto/buf.yaml "${own[@]}" | finish "buf lint"

# The contract before the last commit that changed it, or, on a branch, where that left main.
before() {
  local base last
  git rev-parse -q --verify HEAD >/dev/null || return 0
  base=$(git merge-base HEAD origin/main 2>/dev/null) || base=
  if [ -z "$base" ] || git diff --quiet "$base" -- proto; then
    last=$(git log -1 --format=%H -- proto)
    base=HEAD
    if [ -n "$last" ] && git diff --quiet HEAD -- proto; then
      base=$(git rev-parse -q --verify "$last^" || true)
    fi
  fi
  [ -n "$base" ] && git cat-file -e "$base:proto/duban" 2>/dev/null && printf '%s' "$base"
  return 0
}

base=$(before)
if [ -z "$base" ]; then
  echo "buf breaking: nothing earlier to compare with"
  exit
fi
mkdir "$work/before"
git archive "$base" proto | tar -x -C "$work/before"
image "$work/before/proto" "$work/before.binpb"
# A break that the changelog announces, as `- Breaking: `Name` …`, is meant.
# shellcheck disable=SC2016  # the backticks are the changelog's
announced=$(sed -n '/^- Breaking:/s/^[^`]*`\([A-Za-z0-9_.]*\)`.*/\1/p' CHANGELOG.md)
{
  # 100 says that there are findings, which are judged below.
  "$buf" breaking "$work/now.binpb" --against "$work/before.binpb" --config proto/buf.yaml "${own[@]}" ||
    [ $? -eq 100 ]
} |
  awk -v announced="$announced" '
    BEGIN { count = split(announced, names, "\n") }
    { for (i = 1; i <= count; i++) if (index($0, "\"" names[i] "\"")) next; print }' |
  finish "buf breaking (since ${base:0:12})"
