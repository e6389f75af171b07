#!/usr/bin/env bash
# Shell scripts, also those without an ending.
# shellcheck source=tests/lint/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
{ files '*.sh' && files run; } | xargs -r shellcheck -x -f gcc | finish "shellcheck"
