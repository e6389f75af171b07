#!/usr/bin/env bash
# Alertmanager and Prometheus take the example configurations, and each alert reaches those it is for.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
config=$root/deploy/alertmanager/alertmanager.yml
failures=0

complain() {
  printf '%s\n' "$*" >&2
  failures=$((failures + 1))
}

amtool check-config "$config" >/dev/null || complain "amtool refuses $config"
promtool check config --syntax-only "$root/deploy/prometheus/prometheus.yml" >/dev/null ||
  complain "promtool refuses prometheus.yml"

# goes RECEIVER LABEL=VALUE…
goes() {
  local wanted=$1 got
  shift
  got=$(amtool config routes test --config.file="$config" "$@")
  [ "$got" = "$wanted" ] || complain "$* goes to $got instead of $wanted"
}
goes operations-pager alertname=DubanNotReady severity=page audience=operations
goes operations-tickets alertname=DubanReplicaDown severity=ticket audience=operations
goes office alertname=DubanReportsUnverified severity=ticket audience=office

# Every alert that a rule inhibits, or that inhibits, is one that there is.
names=$(grep -rhoE 'alert: \w+' "$root/deploy/prometheus/rules" | cut -d' ' -f2)
while IFS= read -r pattern; do
  grep -qxE -e "$pattern" <<<"$names" || complain "no alert is called $pattern"
done < <(grep -oE 'alertname=~?"[^"]+"' "$config" | cut -d'"' -f2 | tr '|' '\n')

[ "$failures" -eq 0 ] || exit 1
echo "alertmanager: the routes lead where they should"
