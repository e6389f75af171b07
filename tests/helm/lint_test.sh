#!/usr/bin/env bash
# `helm lint --strict` over every scenario, and values that must be refused, with a word of the reason.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
helm=$root/deploy/node_modules/.bin/helm
chart=$root/helm/duban
failures=0

complain() {
  printf '%s\n' "$*" >&2
  failures=$((failures + 1))
}

scenarios=0
for values in "$chart"/ci/*-values.yaml; do
  output=$("$helm" lint --strict "$chart" --values "$values" 2>&1) || complain "lint $values: $output"
  scenarios=$((scenarios + 1))
done

# refused WORD ARGUMENT…: the minimal values with these arguments are refused, and the reason has the word.
refused() {
  local word=$1 output
  shift
  if output=$("$helm" template duban "$chart" --values "$chart/ci/minimal-values.yaml" "$@" 2>&1); then
    complain "taken, but should be refused: $*"
  elif ! grep -qF -e "$word" <<<"$output"; then
    complain "refused without saying '$word': $*: $output"
  fi
}
refused databse --set databse.host=x
refused "'/services/review'" --set services.review.portt=1
refused "'/services/review'" --set services.review.flags.local_now=2024-01-01
refused "propertyName 'calendar'" --set-string services.notification.files.calendar=x
refused services.review.files.notes_file --set-string services.review.files.notes_file=
refused "'/serviceDefaults'" --set serviceDefaults.port=7
refused "'/services/mail'" --set services.mail.port=7
refused "'/migration/mode'" --set migration.mode=hope
refused "'/networkPolicy/callers/0'" --set networkPolicy.callers[0].podSelectr.matchLabels.a=b
refused "'/tls/certManager/duration'" --set tls.certManager.duration=forever
refused database.host --set database.host=
refused database.existingSecret --set database.existingSecret=
refused identity.existingSecret --set identity.existingSecret=
refused database.tls.caSecret --set database.tls.enabled=true
refused migration.mode --set developmentDatabase.enabled=true
refused issuerRef.name --set tls.enabled=true --set tls.certManager.enabled=true
refused ingress.host --set ingress.enabled=true
refused parentRefs --set grpcRoute.enabled=true
refused "no service" --set 'services.review.calls={indicator,mars}'

[ "$failures" -eq 0 ] || exit 1
echo "helm lint: $scenarios scenarios are clean, and what must be refused is"
