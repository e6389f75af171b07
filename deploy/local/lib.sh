# Shared by the scripts of deploy/local; sourced, never run.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the scripts that source this use the variables

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state=${DUBAN_STATE:-$root/deploy/local/state}
bin=$root/build/release/bin
keys=$state/keys
logs=$state/log
run=$state/run
endpoints=$state/endpoints.env
plan_file=$root/deploy/plans/linxiang-2024.json
plan=linxiang-innovation-2024
calendar_file=$root/deploy/plans/working-days-cn.json

port_database=${DUBAN_PORT_DATABASE:-13306}
port_indicator=${DUBAN_PORT_INDICATOR:-7001}
port_submission=${DUBAN_PORT_SUBMISSION:-7002}
port_review=${DUBAN_PORT_REVIEW:-7003}
port_notification=${DUBAN_PORT_NOTIFICATION:-7004}
port_metrics_indicator=${DUBAN_PORT_METRICS_INDICATOR:-9101}
port_metrics_submission=${DUBAN_PORT_METRICS_SUBMISSION:-9102}
port_metrics_review=${DUBAN_PORT_METRICS_REVIEW:-9103}
port_metrics_notification=${DUBAN_PORT_METRICS_NOTIFICATION:-9104}

# In the order in which they start; they stop in the opposite one.
processes=(database notification indicator submission review)

# The socket's path may have 107 bytes; a long state folder gets one elsewhere.
database_socket=$state/database.sock
if [ "${#database_socket}" -gt 100 ]; then
  database_socket=/tmp/duban-$(printf '%s' "$state" | sha256sum | cut -c1-16).sock
fi

say() { printf '%s\n' "$*"; }
fail() {
  printf '错误 Error: %s\n' "$*" >&2
  exit 1
}

# port_of PROCESS
port_of() {
  local name=port_$1
  printf '%s' "${!name}"
}

# Something listens on this port of the machine.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# command_of PID SEPARATOR: the command line of a process; nothing if it is gone.
command_of() { { tr '\0' "$2" <"/proc/$1/cmdline"; } 2>/dev/null || true; }

# The process id of a process's supervisor, if that still lives.
supervisor_of() {
  local pid
  pid=$(cat "$run/$1.supervisor" 2>/dev/null) || return 1
  command_of "$pid" ' ' | grep -qF "supervise.sh $run $1 " || return 1
  printf '%s' "$pid"
}

# The process id of a supervised process, if it lives.
pid_of() {
  local pid
  supervisor_of "$1" >/dev/null || return 1
  pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
  kill -0 "$pid" 2>/dev/null || return 1
  printf '%s' "$pid"
}

# stop_orphan PROCESS: if its supervisor was killed and left it running, ends it, too.
stop_orphan() {
  local pid binary tenths
  pid=$(cat "$run/$1.pid" 2>/dev/null) || return 0
  binary=$(cut -d' ' -f1 "$run/$1.command" 2>/dev/null) || return 0
  [ "$(command_of "$pid" '\n' | head -n 1)" = "$binary" ] || return 0
  kill -TERM "$pid"
  for ((tenths = 0; tenths < 400; tenths++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "$1 (process $pid) does not stop; its log is $logs/$1.log"
}

# stop PROCESS: asks its supervisor to stop it and waits until both are gone.
stop() {
  local supervisor tenths
  if ! supervisor=$(supervisor_of "$1"); then
    stop_orphan "$1"
    return
  fi
  kill -TERM "$supervisor" 2>/dev/null || return 0
  for ((tenths = 0; tenths < 400; tenths++)); do
    kill -0 "$supervisor" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "$1 (process $(cat "$run/$1.pid")) does not stop; its log is $logs/$1.log"
}

# sql: runs the statements on standard input as the database's administrator.
sql() { mariadb --no-defaults --socket="$database_socket" --user="$(id -un)" "$@"; }
