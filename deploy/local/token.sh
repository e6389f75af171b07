#!/usr/bin/env bash
# Prints a bearer token of the local set-up's development issuer, for any member of the loaded plan.
# Usage: deploy/local/token.sh --role ROLE [--unit UNIT] [--member MEMBER] [--ttl 1h]
set -euo pipefail
# shellcheck source=deploy/local/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -f "$keys/key.jwk" ] || fail "尚无开发密钥,请先运行 no development key yet: run deploy/local/up.sh first"
exec "$bin/dubanctl" --key-file "$keys/key.jwk" token sign "$@"
