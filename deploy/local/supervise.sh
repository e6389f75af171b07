#!/usr/bin/env bash
# Keeps one process running: starts it again when it ends, at once at first, then ever more slowly.
# SIGTERM is passed on, and ends both.  Usage: supervise.sh RUN_FOLDER NAME LOG COMMAND…
set -uo pipefail
run=$1 name=$2 log=$3
shift 3

child=
stopping=
# A service waits up to 20 s for calls in flight; the second signal would cut them off.
terminate() {
  if [ -z "$stopping" ] && [ -n "$child" ]; then
    kill -TERM "$child" 2>/dev/null
  fi
  stopping=1
}
trap terminate TERM INT
trap '' HUP

echo $$ >"$run/$name.supervisor"
pause=0
until [ -n "$stopping" ]; do
  started=$SECONDS
  "$@" >>"$log" 2>&1 &
  child=$!
  # The signal may have come before there was a child to pass it to.
  [ -n "$stopping" ] && kill -TERM "$child" 2>/dev/null
  echo "$child" >"$run/$name.pid"
  while true; do # a signal makes `wait` return early
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  child=
  [ -n "$stopping" ] && break
  [ $((SECONDS - started)) -ge 30 ] && pause=0
  printf '{"level":"warning","service":"supervise","message":"%s ended with code %d; again in %d s"}\n' \
    "$name" "$code" "$pause" >>"$log"
  sleep "$pause" &
  wait $!
  pause=$((pause < 8 ? pause * 2 + 1 : 8))
done
rm -f "$run/$name.pid" "$run/$name.supervisor"
