#!/bin/sh
# Installs the packages of an image, and writes what is in it as a bill of materials: one line a
# package, its version and its source.  Usage: install.sh IMAGE
set -eu
here=$(dirname "$0")
packages=$(sed -n "s/^$1 //p" "$here/runtime-packages.txt")
apt-get update -q
# What breaks off is built anew, so nothing waits for the disk. Words are meant to split: one argument
# a package.
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
  -o DPkg::Options::=--force-unsafe-io $packages
apt-get clean
# aux-cache holds dates, and the loader does without it.
rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/cache/ldconfig/aux-cache /var/log/apt /var/log/*.log /usr/share/doc/*/changelog*
# A machine's own number is made by each machine.
[ ! -e /etc/machine-id ] || : >/etc/machine-id
rm -f /var/lib/dbus/machine-id
mkdir -p /usr/share/duban
# shellcheck disable=SC2016  # the fields are dpkg-query's
dpkg-query -W -f='${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n' \
  >/usr/share/duban/packages.txt
