#!/usr/bin/env bash
# Brings Duban up on this machine: set-up, build, a private database, the services, the Linxiang plan,
# and prints the scoreboard. What runs already is left alone, unless its program or its settings
# changed.  Usage: deploy/local/up.sh [--demo]
#   --demo  plays the first quarter of 2024 with made-up figures
# Environment: DUBAN_NOW=2024-03-29T09:00:00+08:00 (what the services' clock reads at their start),
#   DUBAN_PORT_INDICATOR, DUBAN_PORT_SUBMISSION, DUBAN_PORT_REVIEW, DUBAN_PORT_NOTIFICATION,
#   DUBAN_PORT_DATABASE, DUBAN_PORT_METRICS_INDICATOR, DUBAN_PORT_METRICS_SUBMISSION,
#   DUBAN_PORT_METRICS_REVIEW, DUBAN_PORT_METRICS_NOTIFICATION, DUBAN_STATE (folder)
set -euo pipefail
# shellcheck source=deploy/local/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

demo=
case "${1:-}" in
  "") ;;
  --demo) demo=1 ;;
  *) fail "不认识的参数 unknown argument $1; usage: deploy/local/up.sh [--demo]" ;;
esac

build() {
  "$root/deploy/setup.sh"
  local started=$SECONDS
  (cd "$root" && { [ -f build/release/build.ninja ] || cmake --preset release; }) >/dev/null ||
    fail "cmake --preset release 失败 failed"
  cmake --build "$root/build/release" --target duban-indicator duban-submission duban-review \
    duban-notification dubanctl
  say "构建用时 built in $((SECONDS - started)) s"
}

# refuse_if_taken PROCESS PORT VARIABLE: the port must be free, or that of our own process.
refuse_if_taken() {
  if port_taken "$2"; then
    fail "端口 $2 已被占用,请设置 $3 为其他端口。Port $2 is taken: set $3 to another one."
  fi
}

# start PROCESS COMMAND…: runs the command under a supervisor, unless it runs so already from the
# same program.
start() {
  local name=$1 binary=$2 wanted
  shift
  wanted=$(printf '%q ' "$@")$(stat -Lc '%Y %i' "$binary")
  if supervisor_of "$name" >/dev/null; then
    [ "$(cat "$run/$name.command" 2>/dev/null)" = "$wanted" ] && return
    say "重启 restarting $name"
  fi
  stop "$name"
  refuse_if_taken "$name" "$(port_of "$name")" "DUBAN_PORT_${name^^}"
  if [ "$name" != database ]; then
    refuse_if_taken "$name" "$(port_of "metrics_$name")" "DUBAN_PORT_METRICS_${name^^}"
  fi
  printf '%s' "$wanted" >"$run/$name.command"
  setsid "$root/deploy/local/supervise.sh" "$run" "$name" "$logs/$name.log" "$@" \
    </dev/null >/dev/null 2>&1 &
}

database_answers() { sql -e 'SELECT 1' >/dev/null 2>&1; }

start_database() {
  local as_root=() tenths
  [ "$(id -u)" -eq 0 ] && as_root=(--user=root)
  if [ ! -d "$state/database/mysql" ]; then
    say "新建数据库 making the database"
    rm -rf "$state/database" "$state/database.new"
    # --force: also where the machine cannot look up its own name.
    mariadb-install-db --no-defaults "${as_root[@]}" --datadir="$state/database.new" \
      --tmpdir="$state/database-tmp" \
      --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
      --skip-test-db --skip-name-resolve --force >"$logs/database-install.log" 2>&1 ||
      fail "mariadb-install-db 失败,见 failed, see $logs/database-install.log"
    mv "$state/database.new" "$state/database"
  fi
  start database "$(command -v mariadbd || echo /usr/sbin/mariadbd)" \
    --defaults-file="$root/deploy/local/mariadb.cnf" "${as_root[@]}" \
    --datadir="$state/database" --tmpdir="$state/database-tmp" \
    --port="$port_database" --socket="$database_socket" --pid-file="$run/mariadbd.pid"
  for ((tenths = 0; tenths < 600; tenths++)); do
    database_answers && break
    sleep 0.1
  done
  database_answers || fail "数据库未能启动,见日志 the database does not start, see $logs/database.log"
  local password
  password=$(cat "$keys/database-password")
  sql <<SQL
CREATE DATABASE IF NOT EXISTS duban CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER IF NOT EXISTS duban@'127.0.0.1' IDENTIFIED BY '$password';
ALTER USER duban@'127.0.0.1' IDENTIFIED BY '$password';
GRANT ALL ON duban.* TO duban@'127.0.0.1';
SQL
}

start_service() {
  local name=$1 metrics relay=()
  shift
  # It writes no events that others must hear.
  [ "$name" = notification ] || relay=("--notification_target=127.0.0.1:$port_notification")
  metrics=$(port_of "metrics_$name")
  start "$name" "$bin/duban-$name" \
    --listen="127.0.0.1:$(port_of "$name")" --metrics_listen="127.0.0.1:$metrics" \
    --database_host=127.0.0.1 --database_port="$port_database" --database_user=duban \
    --database_password_file="$keys/database-password" --database_name=duban \
    --issuers_file="$keys/issuers.json" --allow_development_issuer \
    --service_key_file="$keys/key.jwk" --migrate \
    "${relay[@]}" \
    ${DUBAN_NOW:+"--local_now=$DUBAN_NOW"} "$@"
}

wait_for_service() {
  "$bin/dubanctl" health "127.0.0.1:$(port_of "$1")" --wait 60 >/dev/null && return
  tail -n 5 "$logs/$1.log" >&2
  fail "$1 未能就绪,日志见 is not ready, its log is $logs/$1.log"
}

make_secrets() {
  # A server that starts deletes the temporary tables that it finds, so it gets a folder of its own.
  mkdir -p "$keys" "$logs" "$run" "$state/database-tmp"
  chmod 700 "$keys"
  # One from before issuers had roles would not let the services call each other.
  grep -qs '"roles"' "$keys/issuers.json" || rm -f "$keys/issuers.json"
  "$bin/dubanctl" token keygen --dir "$keys"
  local secret
  for secret in database-password:24 notification-secrets:32; do
    [ -f "$keys/${secret%:*}" ] || (umask 077 && head -c "${secret#*:}" /dev/urandom |
      od -An -tx1 | tr -d ' \n' >"$keys/${secret%:*}")
  done
}

write_endpoints() {
  cat >"$endpoints" <<ENV
DUBAN_INDICATOR=127.0.0.1:$port_indicator
DUBAN_SUBMISSION=127.0.0.1:$port_submission
DUBAN_REVIEW=127.0.0.1:$port_review
DUBAN_NOTIFICATION=127.0.0.1:$port_notification
DUBAN_METRICS_INDICATOR=127.0.0.1:$port_metrics_indicator
DUBAN_METRICS_SUBMISSION=127.0.0.1:$port_metrics_submission
DUBAN_METRICS_REVIEW=127.0.0.1:$port_metrics_review
DUBAN_METRICS_NOTIFICATION=127.0.0.1:$port_metrics_notification
DUBAN_KEY_FILE=$keys/key.jwk
ENV
}

build
make_secrets
start_database
start_service notification --indicator_target="127.0.0.1:$port_indicator" \
  --secrets_key_file="$keys/notification-secrets" --calendar_file="$calendar_file"
start_service indicator
start_service submission --indicator_target="127.0.0.1:$port_indicator"
start_service review --indicator_target="127.0.0.1:$port_indicator" \
  --submission_target="127.0.0.1:$port_submission"
wait_for_service indicator
wait_for_service submission
wait_for_service review
wait_for_service notification
write_endpoints
export DUBAN_ENDPOINTS=$endpoints
"$bin/dubanctl" calendar import "$calendar_file"
"$bin/dubanctl" routing import "$root/deploy/notification/routing.json"
"$bin/dubanctl" plan import "$plan_file" --publish --replace-draft --unless-published
board=("$bin/dubanctl" board "$plan")
if [ -n "$demo" ]; then
  "$bin/dubanctl" demo "$root/deploy/local/demo-2024-q1.json"
  board+=(--as-of 2024-03-31)
fi
"${board[@]}"
