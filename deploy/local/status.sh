#!/usr/bin/env bash
# Shows what runs: process, port, health, version. Fails unless everything does.
set -euo pipefail
# shellcheck source=deploy/local/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# health_of PROCESS
health_of() {
  if [ "$1" = database ]; then
    sql -e 'SELECT 1' >/dev/null 2>&1 && echo SERVING || echo NOT_SERVING
  else
    "$bin/dubanctl" health "127.0.0.1:$(port_in_use "$1")" 2>/dev/null || echo NOT_SERVING
  fi
}

# version_of PROCESS
version_of() {
  if [ "$1" = database ]; then
    sql -N -e 'SELECT VERSION()' 2>/dev/null || echo -
  else
    "$bin/duban-$1" --version 2>/dev/null | head -n 1 || echo -
  fi
}

# The port that the process was started with, which may not be today's setting.
port_in_use() {
  local option=listen
  [ "$1" = database ] && option=port
  grep -oE -- "--$option=[0-9.:]*" "$run/$1.command" 2>/dev/null | grep -oE '[0-9]+$' || echo -
}

print_row() { printf '%-12s %8s %6s  %-12s %s\n' "$@"; }

print_row process pid port health version
code=0
for name in "${processes[@]}"; do
  if pid=$(pid_of "$name"); then
    health=$(health_of "$name")
    version=$(version_of "$name")
  else
    pid=- health=STOPPED version=-
  fi
  [ "$health" = SERVING ] || code=1
  print_row "$name" "$pid" "$(port_in_use "$name")" "$health" "$version"
done
exit "$code"
