#!/usr/bin/env bash
# deploy/local/supervise.sh: a killed process is back by itself; SIGTERM reaches it and ends both.
set -euo pipefail
supervise=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/deploy/local/supervise.sh
work=$(mktemp -d)
supervisor=
cleanup() {
  if [ -n "$supervisor" ]; then kill -TERM "$supervisor" 2>/dev/null || true; fi
  wait
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  cat "$work/log" >&2
  exit 1
}

# within_seconds SECONDS COMMAND…: polls until the command succeeds.
within_seconds() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.05
  done
}

# A process that notes each start, and each SIGTERM before it ends; it ends by itself at its 3rd start.
cat >"$work/process.sh" <<'PROCESS'
echo start >>"$1/events"
trap 'echo terminated >>"$1/events"; exit 0' TERM
[ "$(grep -c start "$1/events")" -eq 3 ] && exit 7
while true; do sleep 0.05; done
PROCESS

starts() {
  local count
  count=$(grep -c start "$work/events" 2>/dev/null) || return 1
  [ "$count" -ge "$1" ]
}

"$supervise" "$work" echo "$work/log" bash "$work/process.sh" "$work" &
supervisor=$!
within_seconds 10 starts 1 || fail "it did not start the process"
first=$(cat "$work/echo.pid")
[ "$(cat "$work/echo.supervisor")" = "$supervisor" ] || fail "it does not say its own process id"

kill -KILL "$first"
within_seconds 10 starts 2 || fail "a killed process is not back"
kill -KILL "$(cat "$work/echo.pid")"
# The third one ends with an error; the fourth stays.
within_seconds 20 starts 4 || fail "a process that failed is not back"
[ "$(cat "$work/echo.pid")" != "$first" ] || fail "the process id is the old one"
grep -q 'echo ended with code 137' "$work/log" || fail "the log does not tell of the kill"
grep -q 'echo ended with code 7' "$work/log" || fail "the log does not tell of the failure"

kill -TERM "$supervisor"
wait "$supervisor" || fail "it did not end well"
supervisor=
grep -q terminated "$work/events" || fail "SIGTERM did not reach the process"
starts 5 && fail "it started the process again after SIGTERM"
compgen -G "$work/echo.*" >/dev/null && fail "it left its files behind"
echo "supervise: killed twice, failed once, back each time, ended by SIGTERM"
