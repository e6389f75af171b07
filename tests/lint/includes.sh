#!/usr/bin/env bash
# Who may see whom, checked from the #include lines; the arrows stand in includes.awk.
arrows=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/includes.awk
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
files '*.cc' '*.h' | xargs -r awk -f "$arrows" | finish "include arrows"
