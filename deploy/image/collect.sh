#!/usr/bin/env bash
# Copies Duban's programs without their debugging information.  Usage: collect.sh FROM TO
set -euo pipefail
from=$1 to=$2
mkdir -p "$to"
for program in "$from"/duban-* "$from"/dubanctl; do
  install -m 755 -s "$program" "$to/"
done
