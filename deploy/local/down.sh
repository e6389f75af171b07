#!/usr/bin/env bash
# Stops what up.sh started, services first, and keeps their data.
# Usage: deploy/local/down.sh [--wipe]
#   --wipe  removes the state folder too: database, keys, logs
set -euo pipefail
# shellcheck source=deploy/local/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case "${1:-}" in
  "" | --wipe) ;;
  *) fail "不认识的参数 unknown argument $1; usage: deploy/local/down.sh [--wipe]" ;;
esac

for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
  stopped="未在运行 not running"
  supervisor_of "${processes[i]}" >/dev/null && stopped="已停止 stopped"
  stop "${processes[i]}"
  say "$stopped ${processes[i]}"
done
if [ "${1:-}" = --wipe ]; then
  # Only what up.sh makes: DUBAN_STATE may name a folder that holds other things too.
  rm -rf "${state:?}"/{database,database.new,database.sock,keys,log,run,endpoints.env}
  rmdir --ignore-fail-on-non-empty "$state" 2>/dev/null || true
  say "已清除 removed $state"
fi
