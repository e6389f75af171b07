#!/usr/bin/env bash
# Prints a bearer token of the local set-up's development issuer: for a member of the directory, with
# their unit and roles unless these are given, or for any role and unit.
# Usage: deploy/local/token.sh --member MEMBER | --role ROLE  [--unit UNIT] [--ttl 1h]
set -euo pipefail
# shellcheck source=deploy/local/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -f "$keys/key.jwk" ] || fail "尚无开发密钥,请先运行 no development key yet: run deploy/local/up.sh first"
export DUBAN_ENDPOINTS=$endpoints
exec "$bin/dubanctl" --key-file "$keys/key.jwk" token sign "$@"
