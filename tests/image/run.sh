#!/usr/bin/env bash
# Builds both images without a daemon, looks at what is in them, builds them again to see that they are
# the same, and plays a smoke story on services that run from them, against a private database. Needs
# root, buildah, podman, runc and debootstrap, and takes minutes, so it is no CTest. Prints sizes and
# times.  Usage: tests/image/run.sh [--compile] [--keep]
#   --compile                    compiles the programs in the Containerfile's own stage; some 20 minutes more
#   --keep                       leaves its folder in /var/tmp behind
#   DUBAN_IMAGE_PROGRAMS=FOLDER  programs to put in, instead of those of build/release, which are built
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
keep=
compile=
for option in "$@"; do
  case "$option" in
    --keep) keep=1 ;;
    --compile) compile=1 ;;
    *)
      echo "usage: tests/image/run.sh [--compile] [--keep]" >&2
      exit 2
      ;;
  esac
done
work=$(mktemp -d /var/tmp/duban-image-XXXXXX)
cache=${DUBAN_IMAGE_CACHE:-/var/tmp/duban-image-base}
storage=(--root "$work/storage" --runroot "$work/run" --storage-driver overlay)
containers=()
database=

say() { printf 'image: %s\n' "$*"; }
fail() {
  printf 'image: %s\n' "$*" >&2
  exit 1
}

finish() {
  local container
  for container in "${containers[@]}"; do
    podman "${storage[@]}" rm -f "$container" >/dev/null 2>&1 || true
  done
  if [ -n "$database" ]; then
    kill "$database" 2>/dev/null || true
    wait "$database" || true
  fi
  [ -z "$keep" ] || return 0
  podman "${storage[@]}" image umount --all >/dev/null 2>&1 || true
  # A debootstrap that was broken off leaves the first mounted, podman the second.
  umount "$work/base/proc" "$work/storage/overlay" 2>/dev/null || true
  rm -rf --one-file-system "$work"
}
trap finish EXIT

for tool in buildah podman runc debootstrap; do
  command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install buildah podman runc debootstrap"
done

mkdir -p "$work/build"
# What docker.io/library/debian:bookworm-slim is: the release with its updates.
if [ ! -f "$cache/base.tar" ]; then
  say "Debian 12 as a base, by debootstrap"
  mkdir -p "$cache"
  debootstrap --variant=minbase bookworm "$work/base" >"$cache/debootstrap.log"
  printf 'deb http://deb.debian.org/%s main\n' 'debian bookworm' 'debian bookworm-updates' \
    'debian-security bookworm-security' >"$work/base/etc/apt/sources.list"
  tar -C "$work/base" -cf "$cache/base.tar.new" --exclude='./proc/*' --exclude='./sys/*' --exclude='./dev/*' .
  mv "$cache/base.tar.new" "$cache/base.tar"
fi
podman "${storage[@]}" import "$cache/base.tar" localhost/debian:bookworm >/dev/null 2>&1

if [ -n "$compile" ]; then
  say "compiling in the stage build: $work/compile.log tells how far it is"
  compile_started=$SECONDS
  # The authorities of this machine, which its way to the registry may need, are lent to the stage.
  buildah "${storage[@]}" build --isolation chroot --layers -f "$root/deploy/image/Containerfile" \
    --build-arg BASE=localhost/debian:bookworm \
    --volume /etc/ssl/certs/ca-certificates.crt:/lent.crt:ro --env NODE_EXTRA_CA_CERTS=/lent.crt \
    --target build -t localhost/duban-build:test "$root" >"$work/compile.log" 2>&1 ||
    fail "the stage build fails: $(tail -n 5 "$work/compile.log")"
  cp -r "$(podman "${storage[@]}" image mount localhost/duban-build:test)/programs" "$work/build/"
  podman "${storage[@]}" image umount localhost/duban-build:test >/dev/null
  say "the stage build took $((SECONDS - compile_started)) s"
else
  programs=${DUBAN_IMAGE_PROGRAMS:-}
  if [ -z "$programs" ]; then
    (cd "$root" && cmake --preset release >/dev/null &&
      cmake --build build/release --target \
        duban-indicator duban-submission duban-review duban-notification dubanctl)
    programs=$root/build/release/bin
  fi
  "$root/deploy/image/collect.sh" "$programs" "$work/build/programs"
fi

# build_image TARGET TAG OPTION: the programs stand in for the stage that would compile them.
build_image() {
  local started=$SECONDS
  buildah "${storage[@]}" build --isolation chroot "$3" -q -f "$root/deploy/image/Containerfile" \
    --build-arg BASE=localhost/debian:bookworm --build-context "build=$work/build" \
    --build-arg REVISION="$(git -C "$root" rev-parse HEAD)" \
    --target "$1" -t "localhost/$1:$2" "$root" >"$work/$1.log" 2>&1 ||
    fail "$1 cannot be built: $(tail -n 5 "$work/$1.log")"
  say "$1: $(podman "${storage[@]}" image inspect -f '{{.Size}}' "localhost/$1:$2" |
    awk '{printf "%d MB", $1 / 1000000}') with its base, built in $((SECONDS - started)) s"
}

# in_image IMAGE COMMAND…: as restricted as the chart's pods; runc, for it is what needs no systemd.
restricted=(--runtime runc run --network host --read-only --tmpfs "/tmp:rw,size=256m"
  --cap-drop all --security-opt no-new-privileges
  --ulimit nofile=4096:4096 --ulimit nproc=4096:4096)
in_image() {
  local image=$1
  shift
  podman "${storage[@]}" "${restricted[@]}" --rm "localhost/$image:test" "$@"
}

# files_of IMAGE:TAG: every file with its rights, its owner and its content, without its date. The caches
# of fontconfig are nothing but dates of folders and what is in the fonts.
files_of() {
  local folder
  folder=$(podman "${storage[@]}" image mount "localhost/$1")
  (cd "$folder" && find . -printf '%p %y %m %U:%G %l\n' | LC_ALL=C sort &&
    find . -path ./var/cache/fontconfig -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
  podman "${storage[@]}" image umount "localhost/$1" >/dev/null
}

build_image duban test --layers
build_image duban-review test --layers
for image in duban duban-review; do
  [ "$(in_image "$image" id -u)" = 10001 ] || fail "$image does not run as 10001"
  # shellcheck disable=SC2016  # the variables are those of the shell in the container
  in_image "$image" sh -euc '
    ! touch /usr/bin/x 2>/dev/null
    test -s /usr/share/zoneinfo/Asia/Shanghai
    test -s /etc/ssl/certs/ca-certificates.crt
    test -s /usr/lib/*/libmariadb3/plugin/caching_sha2_password.so
    for program in duban-indicator duban-submission duban-review duban-notification dubanctl; do
      ! ldd /usr/bin/$program | grep "not found"
    done
    dpkg-query -W -f="\${Package} \${Version}\n" | sort >/tmp/packages
    cut -d" " -f1,2 /usr/share/duban/packages.txt | sort | cmp - /tmp/packages' ||
    fail "$image lacks something: see what sh -x says of the lines above this one"
  for label in title description licenses version revision; do
    value=$(podman "${storage[@]}" image inspect -f "{{index .Labels \"org.opencontainers.image.$label\"}}" \
      "localhost/$image:test")
    [[ -n $value && $value != unknown ]] || fail "$image has no label $label"
  done
done
in_image duban sh -c '! ls /usr/share/fonts/*/* /usr/bin/chromium 2>/dev/null' ||
  fail "the image without printing has fonts or a browser"
in_image duban-review sh -c 'ls /usr/share/fonts/opentype/noto/*.ttc' >/dev/null || fail "no fonts to print with"
say "both have what they should, and nothing more"

# duban-review holds all of duban, so one comparison is of both.
build_image duban-review again --no-cache
files_of duban-review:test >"$work/first"
files_of duban-review:again >"$work/second"
diff "$work/first" "$work/second" >"$work/difference" ||
  fail "duban-review is another one when it is built again: $(head -n 20 "$work/difference")"
say "$(grep -c . "$work/first") lines of files and contents, the same when they are built again"

# The database, the keys and the flags, as a cluster would mount them.
state=$work/state
mkdir -p "$state/keys" "$state/tmp"
mariadb-install-db --no-defaults --user=root --datadir="$state/data" --skip-test-db \
  --auth-root-authentication-method=socket --auth-root-socket-user=root --force >"$state/install.log" 2>&1
mariadbd --no-defaults --user=root --datadir="$state/data" --socket="$state/socket" --tmpdir="$state/tmp" \
  --port=13399 --bind-address=127.0.0.1 --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
  --innodb-flush-log-at-trx-commit=1 --sync-binlog=1 >"$state/mariadb.log" 2>&1 &
database=$!
sql() { mariadb --no-defaults --socket="$state/socket" --user=root "$@"; }
for ((i = 0; i < 300; i++)); do
  sql -e 'SELECT 1' >/dev/null 2>&1 && break
  sleep 0.1
done
sql -e "CREATE DATABASE duban CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  CREATE USER duban@'127.0.0.1' IDENTIFIED BY 'for-a-test'; GRANT ALL ON duban.* TO duban@'127.0.0.1';"
printf for-a-test >"$state/keys/password"
printf '5%.0s' {1..64} >"$state/keys/secrets.key"
podman "${storage[@]}" "${restricted[@]}" --rm --user 0 --cap-add DAC_OVERRIDE -v "$state/keys:/keys" \
  localhost/duban:test dubanctl token keygen --dir /keys >/dev/null
chmod -R a+rX "$state/keys"

# run NAME IMAGE COMMAND…
run() {
  local name=$1 image=$2
  shift 2
  containers+=("$name")
  podman "${storage[@]}" "${restricted[@]}" -d --name "$name" -v "$state/keys:/etc/duban:ro" \
    -v "$root/deploy/plans:/etc/plans:ro" "localhost/$image:test" "$@" >/dev/null
}
flags=(--database_host=127.0.0.1 --database_port=13399 --database_password_file=/etc/duban/password
  --issuers_file=/etc/duban/issuers.json --service_key_file=/etc/duban/key.jwk
  --allow_development_issuer --migrate)
relay=--notification_target=127.0.0.1:17004
run notification duban duban-notification "${flags[@]}" --listen=127.0.0.1:17004 \
  --metrics_listen=127.0.0.1:17104 --indicator_target=127.0.0.1:17001 \
  --secrets_key_file=/etc/duban/secrets.key --calendar_file=/etc/plans/working-days-cn.json
run indicator duban duban-indicator "${flags[@]}" "$relay" --listen=127.0.0.1:17001 \
  --metrics_listen=127.0.0.1:17101
run submission duban duban-submission "${flags[@]}" "$relay" --listen=127.0.0.1:17002 \
  --metrics_listen=127.0.0.1:17102 --indicator_target=127.0.0.1:17001
run review duban-review duban-review "${flags[@]}" "$relay" --listen=127.0.0.1:17003 \
  --metrics_listen=127.0.0.1:17103 --indicator_target=127.0.0.1:17001 \
  --submission_target=127.0.0.1:17002 --chromium=/usr/bin/print-chromium

# The smoke story: everything is ready, calendar, routes and a plan come in, a quarter is played, the
# board shows what the README shows; asked from within the image.
ctl() {
  podman "${storage[@]}" "${restricted[@]}" --rm \
    -v "$state/keys:/etc/duban:ro" -v "$root/deploy:/deploy:ro" \
    -e DUBAN_INDICATOR=127.0.0.1:17001 -e DUBAN_SUBMISSION=127.0.0.1:17002 \
    -e DUBAN_REVIEW=127.0.0.1:17003 -e DUBAN_NOTIFICATION=127.0.0.1:17004 \
    -e DUBAN_KEY_FILE=/etc/duban/key.jwk localhost/duban:test dubanctl "$@"
}
for port in 17001 17002 17003 17004; do
  ctl health "127.0.0.1:$port" --wait 60 >/dev/null || fail "the service on $port does not get ready:
$(for name in "${containers[@]}"; do podman "${storage[@]}" logs "$name" 2>&1 | tail -n 3; done)"
done
ctl calendar import /deploy/plans/working-days-cn.json >/dev/null
ctl routing import /deploy/notification/routing.json >/dev/null
ctl plan import /deploy/plans/linxiang-2024.json --publish >/dev/null
ctl demo /deploy/local/demo-2024-q1.json >/dev/null
ctl board linxiang-innovation-2024 --as-of 2024-03-31 | tail -n 3 | tee "$work/board"
grep -q '全市 city 绿7 黄6 红2 灰2' "$work/board" || fail "the board is not that of the README"
delivered=0
for ((i = 0; i < 300 && delivered == 0; i++)); do
  [ "$(sql -N duban -e 'SELECT COUNT(*) FROM outbox_events WHERE delivered_time IS NULL')" != 0 ] || delivered=1
  sleep 0.1
done
[ "$delivered" = 1 ] || fail "events are not delivered to the notification service"

uid=$(podman "${storage[@]}" --runtime runc exec review cat /proc/1/status | awk '/^Uid:/ {print $2}')
[ "$uid" = 10001 ] || fail "a service runs as $uid"
podman "${storage[@]}" --runtime runc exec review sh -c \
  'printf "<p>督办</p>" >/tmp/a.html && print-chromium --headless --disable-gpu --disable-dev-shm-usage \
     --user-data-dir=/tmp/profile --print-to-pdf=/tmp/a.pdf file:///tmp/a.html && test -s /tmp/a.pdf' \
  >"$work/print.log" 2>&1 || fail "Chromium prints nothing in a restricted container: $(tail -n 3 "$work/print.log")"
for name in "${containers[@]}"; do
  stop_started=$SECONDS
  podman "${storage[@]}" --runtime runc stop -t 30 "$name" >/dev/null
  code=$(podman "${storage[@]}" inspect -f '{{.State.ExitCode}}' "$name")
  [ "$code" = 0 ] || fail "$name ended with $code"
  say "$name drained in $((SECONDS - stop_started)) s"
done
say "the smoke story holds on the images; $SECONDS s in all"
