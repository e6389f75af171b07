// For every alert: series under which it fires, and close ones under which it stays quiet, judged by
// `promtool test rules`; and that its runbook says what it means, what to look at, and what to do.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {judge, require, root} from '../helm/chart.mjs';

const yaml = require('js-yaml');
const folder = join(root, 'deploy/prometheus/rules');
const files = readdirSync(folder).map((file) => join(folder, file));
const rules = files.flatMap((file) => yaml.load(readFileSync(file, 'utf8')).groups)
                  .flatMap((group) => group.rules).filter((rule) => rule.alert);

const submit = 'grpc_service="duban.submission.v1.ReportService",grpc_method="SubmitReport"';
const job = 'job="duban-submission",instance="a"';
// Submissions a step, by answer, for so many steps.
const answers = (ok, failed, steps) => ({
  [`grpc_server_handled_total{${job},${submit},grpc_code="OK"}`]: `0+${ok}x${steps}`,
  [`grpc_server_handled_total{${job},${submit},grpc_code="NotFound"}`]: `0+${ok}x${steps}`,
  [`grpc_server_handled_total{${job},${submit},grpc_code="Unavailable"}`]: `0+${failed}x${steps}`,
});
const durations = (fast, slow, steps) => ({
  [`grpc_server_handling_seconds_bucket{${job},${submit},le="0.5"}`]: `0+${fast}x${steps}`,
  [`grpc_server_handling_seconds_count{${job},${submit}}`]: `0+${fast + slow}x${steps}`,
});
// Deliveries a minute that arrived within five minutes, and later.
const latencies = (soon, late) => Object.fromEntries([['300', soon], ['1800', soon + late], ['+Inf', soon + late]].map(
    ([le, count]) => [
      `duban_delivery_latency_seconds_bucket{channel="EMAIL",instance="a",le="${le}"}`, `0+${count}x90`,
    ]));
const jobs = ['indicator', 'submission', 'review', 'notification'];
const ups = (values) => Object.fromEntries(
    jobs.map((name, i) => [`up{job="duban-${name}",instance="${name}"}`, `${values[i]}x60`]));

// alert: {at, step (1m), firing series, quiet series, and further ones, labels that the alert has beside its own}.
const cases = {
  DubanSubmitErrorsFast: {
    at: '90m', firing: answers(490, 20, 90), quiet: answers(498, 4, 90), labels: {},
    // One of two in an hour.
    quietToo: {
      [`grpc_server_handled_total{${job},${submit},grpc_code="OK"}`]: '0x40 1x60',
      [`grpc_server_handled_total{${job},${submit},grpc_code="Unavailable"}`]: '0x86 1x60',
    },
  },
  DubanSubmitErrorsSlow: {
    at: '30h', step: '4m', firing: answers(497, 6, 450), quiet: answers(10000, 4, 450), labels: {},
  },
  DubanSubmitLatencyFast: {
    at: '90m', firing: durations(800, 200, 90), quiet: durations(950, 50, 90), labels: {},
    quietToo: {
      [`grpc_server_handling_seconds_bucket{${job},${submit},le="0.5"}`]: '0x40 1x60',
      [`grpc_server_handling_seconds_count{${job},${submit}}`]: '0x40 1x45 2x60',
    },
  },
  DubanSubmitLatencySlow: {
    at: '30h', step: '4m', firing: durations(960, 40, 450), quiet: durations(995, 5, 450), labels: {},
  },
  DubanServiceGone: {
    at: '10m',
    firing: {...ups([1, 0, 1, 1])},
    quiet: {...ups([1, 0, 1, 1]), 'up{job="duban-submission",instance="other"}': '1x60'},
    labels: {job: 'duban-submission'},
  },
  DubanReplicaDown: {
    at: '15m', firing: {[`up{${job}}`]: '0x60'}, quiet: {[`up{${job}}`]: '0x5 1x55'},
    labels: {job: 'duban-submission', instance: 'a'},
  },
  DubanNotReady: {
    at: '5m', firing: {[`duban_server_ready{${job}}`]: '0x60'}, quiet: {[`duban_server_ready{${job}}`]: '0 1x60'},
    labels: {job: 'duban-submission', instance: 'a'},
  },
  DubanRestarting: {
    at: '30m',
    firing: {[`process_start_time_seconds{${job}}`]: '100x8 200x8 300x8 400x8'},
    quiet: {[`process_start_time_seconds{${job}}`]: '100x10 200x10 300x10'},
    labels: {job: 'duban-submission', instance: 'a'},
  },
  DubanOverloaded: {
    at: '15m',
    firing: {[`duban_server_refused_total{${job},reason="OVERLOADED"}`]: '0+5x60'},
    quiet: {[`duban_server_refused_total{${job},reason="TOKEN_MISSING"}`]: '0+5x60'},
    labels: {job: 'duban-submission'},
  },
  DubanInternalErrors: {
    at: '30m',
    firing: {[`grpc_server_handled_total{${job},grpc_code="Internal"}`]: '0+3x60'},
    quiet: {[`grpc_server_handled_total{${job},grpc_code="Internal"}`]: '0+1x60'},
    labels: {job: 'duban-submission'},
  },
  DubanPoolExhausted: {
    at: '15m',
    firing: {[`duban_db_pool_wait_timeouts_total{${job}}`]: '0+1x60'},
    quiet: {[`duban_db_pool_wait_timeouts_total{${job}}`]: '7x60'},
    labels: {job: 'duban-submission'},
  },
  DubanConnectionsLost: {
    at: '30m',
    firing: {[`duban_db_connections_discarded_total{${job}}`]: '0+12x60'},
    quiet: {[`duban_db_connections_discarded_total{${job}}`]: '0+3x60'},
    labels: {job: 'duban-submission'},
  },
  DubanMigrationPending: {
    at: '3m',
    firing: {[`duban_migrations_pending{${job}}`]: '1x60'},
    quiet: {[`duban_migrations_pending{${job}}`]: '0x60'},
    labels: {job: 'duban-submission'},
  },
  DubanVersionsMixed: {
    at: '90m',
    firing: {
      'duban_migration_version{component="submission",instance="a"}': '7x90',
      'duban_migration_version{component="submission",instance="b"}': '8x90',
    },
    quiet: {
      'duban_migration_version{component="submission",instance="a"}': '8x90',
      'duban_migration_version{component="submission",instance="b"}': '8x90',
      'duban_migration_version{component="audit",instance="a"}': '1x90',
      'duban_migration_version{component="audit",instance="b"}': '2x90',
    },
    labels: {component: 'submission'},
  },
  DubanClockSkew: {
    at: '10m',
    firing: {'duban_scheduler_clock_skew_seconds{instance="r"}': '-6x60'},
    quiet: {'duban_scheduler_clock_skew_seconds{instance="r"}': '4x60'},
    labels: {instance: 'r'},
  },
  DubanObligationsOverdue: {
    at: '28h',
    step: '30m',
    firing: {
      'duban_obligations_overdue{plan="p",cadence="dekad",instance="a"}': '3x50 15x10',
      'duban_obligations_overdue{plan="p",cadence="dekad",instance="b"}': '3x50 15x10',
    },
    quiet: {'duban_obligations_overdue{plan="p",cadence="dekad",instance="a"}': '40x50 50x10'},
    labels: {plan: 'p', cadence: 'dekad'},
  },
  DubanReportsUnverified: {
    at: '2h',
    firing: {'duban_reports_unverified_age_seconds{plan="p",instance="a"}': '432060+60x120'},
    quiet: {'duban_reports_unverified_age_seconds{plan="p",instance="a"}': '400000+60x120'},
    labels: {plan: 'p'},
  },
  DubanFiguresStale: {
    at: '30m',
    firing: {
      'duban_plan_figures_time_seconds{instance="a"}': '60x60',
      'duban_plan_figures_time_seconds{instance="b"}': '120x60',
    },
    quiet: {
      'duban_plan_figures_time_seconds{instance="a"}': '60x60',
      'duban_plan_figures_time_seconds{instance="b"}': '0+60x60',
    },
    labels: {},
  },
  DubanSchedulerLate: {
    at: '20m',
    firing: {'duban_scheduler_due_backlog{instance="r"}': '3x60'},
    quiet: {'duban_scheduler_due_backlog{instance="r"}': '3 0 3 0 3 0 3 0 3 0 3 0 3 0 3 0 3 0 3 0 3'},
    labels: {},
  },
  DubanSchedulerFailing: {
    at: '60m',
    firing: {'duban_scheduler_failures_total{instance="r"}': '0+1x90'},
    quiet: {'duban_scheduler_failures_total{instance="r"}': '0+1x30 30x60'},
    labels: {},
  },
  DubanAuditSealingLate: {
    at: '20m',
    firing: {'duban_audit_seal_lag_seconds{instance="r"}': '301+60x60'},
    quiet: {'duban_audit_seal_lag_seconds{instance="r"}': '2x60'},
    labels: {},
  },
  DubanAuditUnsealed: {
    at: '20m',
    firing: {'duban_audit_sequencer{instance="r"}': '0x60', 'duban_audit_sequencer{instance="s"}': '0x60'},
    quiet: {'duban_audit_sequencer{instance="r"}': '0x60', 'duban_audit_sequencer{instance="s"}': '1x60'},
    labels: {},
  },
  DubanRefusalsUnrecorded: {
    at: '20m',
    firing: {[`duban_audit_refusals_unwritten_total{${job}}`]: '0x10 2x60'},
    quiet: {[`duban_audit_refusals_unwritten_total{${job}}`]: '9x60'},
    labels: {job: 'duban-submission'},
  },
  DubanEventsLate: {
    at: '20m',
    firing: {
      [`duban_outbox_oldest_undelivered_seconds{${job}}`]: '601+60x60',
      'duban_outbox_oldest_undelivered_seconds{job="duban-submission",instance="b"}': '0x60',
    },
    quiet: {[`duban_outbox_oldest_undelivered_seconds{${job}}`]: '599 300 599 300 599 300 599 300 599 300 599 300 599 300 599 300 599 300 599 300 599'},
    labels: {job: 'duban-submission'},
  },
  DubanEventsRefused: {
    at: '20m',
    firing: {[`duban_outbox_refused_total{${job}}`]: '0x10 1x60'},
    quiet: {[`duban_outbox_refused_total{${job}}`]: '4x60'},
    labels: {job: 'duban-submission'},
  },
  DubanDispatchLate: {
    at: '20m',
    firing: {
      'duban_notification_dispatch_oldest_age_seconds{instance="a"}': '601+60x60',
      'duban_notification_dispatch_oldest_age_seconds{instance="b"}': '0x60',
    },
    quiet: {'duban_notification_dispatch_oldest_age_seconds{instance="a"}': '500+60x5 0+60x20'},
    labels: {},
  },
  DubanDeadLetters: {
    at: '90m',
    firing: {'duban_delivery_dead_letters{channel="SMS",instance="a"}': '7x60 8x60'},
    quiet: {
      'duban_delivery_dead_letters{channel="SMS",instance="a"}': '6x20 7x100',
      'duban_delivery_dead_letters{channel="SMS",instance="b"}': '_x80 7x40',
    },
    labels: {channel: 'SMS'},
  },
  DubanDeliveriesSlow: {
    at: '60m', firing: latencies(90, 10), quiet: latencies(97, 3), labels: {channel: 'EMAIL'},
  },
  DubanBreakersOpen: {
    at: '60m',
    firing: {'duban_delivery_breakers_open{instance="a"}': '1x90', 'duban_delivery_breakers_open{instance="b"}': '0x90'},
    quiet: {'duban_delivery_breakers_open{instance="a"}': '1x25 0x5 1x60'},
    labels: {},
  },
  DubanSubscriptionsDisabled: {
    at: '30h', step: '4m',
    firing: {'duban_subscriptions_disabled{instance="a"}': '2x300 3x200'},
    quiet: {'duban_subscriptions_disabled{instance="a"}': '2x60 3x440'},
    labels: {},
  },
  DubanCalendarEnds: {
    at: '2h',
    firing: {'duban_calendar_coverage_days{region="cn",instance="r"}': '44x120'},
    quiet: {'duban_calendar_coverage_days{region="cn",instance="r"}': '45x120'},
    labels: {region: 'cn'},
  },
};

const filled = (text, labels) => text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name) => labels[name]);

// One test of promtool; `expected` are the alerts of the rule that fire.
function promtoolTest(rule, name, series, expected) {
  return {
    name: `${rule.alert} ${name}`,
    interval: cases[rule.alert].step ?? '1m',
    input_series: Object.entries(series).map(([key, values]) => ({series: key, values})),
    alert_rule_test: [{eval_time: cases[rule.alert].at, alertname: rule.alert, exp_alerts: expected}],
  };
}

function firingProblems(rule) {
  const {firing, quiet, quietToo, labels} = cases[rule.alert] ?? {};
  if (!firing) return ['has no case of firing and of staying quiet'];
  const alert = {
    exp_labels: {...rule.labels, ...labels},
    exp_annotations: Object.fromEntries(
        Object.entries(rule.annotations).map(([key, text]) => [key, filled(text, labels)])),
  };
  const work = mkdtempSync(join(tmpdir(), 'duban-alerts-'));
  const file = join(work, 'test.yaml');
  writeFileSync(file, yaml.dump({
    rule_files: files, evaluation_interval: cases[rule.alert].step ?? '1m',
    tests: [
      promtoolTest(rule, 'fires', firing, [alert]), promtoolTest(rule, 'stays quiet', quiet, []),
      ...(quietToo ? [promtoolTest(rule, 'stays quiet here too', quietToo, [])] : []),
    ],
  }, {lineWidth: -1}));
  const run = spawnSync('promtool', ['test', 'rules', file], {encoding: 'utf8'});
  rmSync(work, {recursive: true});
  return run.status === 0 ? [] : [(run.stdout + run.stderr).trim()];
}

function runbookProblems(rule) {
  const path = `deploy/runbooks/${rule.alert}.md`;
  if (rule.annotations.runbook_url !== path) return [`links to ${rule.annotations.runbook_url}`];
  if (!existsSync(join(root, path))) return [`${path} is missing`];
  const text = readFileSync(join(root, path), 'utf8');
  return [`# ${rule.alert}\n`, '\n## What it means\n', '\n## What to look at\n', '\n## What to do\n']
      .filter((heading) => !text.includes(heading)).map((heading) => `${path} lacks ${heading.trim()}`);
}

const guide = readFileSync(join(root, 'deploy/README.md'), 'utf8');
const names = rules.map((rule) => rule.alert);
judge('alerts', [
  ...rules.map((rule) => ({name: rule.alert, problems: firingProblems(rule)})),
  ...rules.map((rule) => ({name: `${rule.alert}, its runbook`, problems: runbookProblems(rule)})),
  {
    name: 'the guide says what each alert asks, and of whom',
    problems: rules.map(({alert, labels: {severity, audience}}) =>
      `| \`${alert}\` (${severity}${audience === 'office' ? ', office' : ''}) |`).filter((row) => !guide.includes(row)),
  },
  {
    name: 'every case and every runbook is of an alert',
    problems: [
      ...Object.keys(cases),
      ...readdirSync(join(root, 'deploy/runbooks')).filter((f) => f !== 'README.md').map((f) => f.replace('.md', '')),
    ].filter((name) => !names.includes(name)),
  },
]);
