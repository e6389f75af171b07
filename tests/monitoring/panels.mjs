// Asks a running Prometheus, which reads the services: node panels.mjs http://127.0.0.1:PORT
// Every query of every dashboard has to show a number, every rule has to be evaluated without an error,
// and every metric that a rule names has to be there. What is missing is waited for, a minute at most.
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {judge, root} from '../helm/chart.mjs';

const prometheus = process.argv[2];
const patience = 60_000;

async function ask(path, parameters = {}) {
  const answer = await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const {status, data, error} = await answer.json();
  if (status !== 'success') throw new Error(error);
  return data;
}

// What a dashboard's variables stand for while nobody chose anything.
function withVariables(expression, dashboard) {
  return dashboard.templating.list.reduce(
      (text, variable) => text.replaceAll(`$${variable.name}`, variable.allValue), expression);
}

const folder = join(root, 'deploy/grafana');
const queries = readdirSync(folder).filter((file) => file.endsWith('.json')).flatMap((file) => {
  const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return dashboard.panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({
    name: `${dashboard.title}, ${panel.title}`,
    expression: withVariables(target.expr, dashboard),
  })));
});

async function queryProblems({expression}) {
  try {
    const {result} = await ask('query', {query: expression});
    return result.some((series) => Number.isFinite(Number(series.value[1]))) ? [] : [`shows nothing: ${expression}`];
  } catch (problem) {
    return [`${problem.message}: ${expression}`];
  }
}

function ruleProblems(rule, names) {
  const metrics = rule.query.match(/\bup\b|\b(duban|grpc_server|process)_\w+|\bduban:\w+:\w+/g) ?? [];
  return [
    ...(rule.health === 'ok' ? [] : [`${rule.health}: ${rule.lastError ?? 'not evaluated yet'}`]),
    ...(metrics.length > 0 ? [] : ['names no metric']),
    ...metrics.filter((name) => !names.includes(name)).map((name) => `nothing is called ${name}`),
  ];
}

async function look() {
  const names = await ask('label/__name__/values');
  const {groups} = await ask('rules');
  const {activeTargets} = await ask('targets');
  const claims = [];
  for (const query of queries) claims.push({name: query.name, problems: await queryProblems(query)});
  for (const rule of groups.flatMap((group) => group.rules)) {
    claims.push({name: `rule ${rule.name}`, problems: ruleProblems(rule, names)});
  }
  for (const target of activeTargets) {
    claims.push({name: target.scrapeUrl, problems: target.health === 'up' ? [] : [target.lastError]});
  }
  return claims;
}

const end = Date.now() + patience;
let claims;
do {
  claims = await look().catch((problem) => [{name: prometheus, problems: [problem.message]}]);
} while (claims.some((claim) => claim.problems.length > 0) && Date.now() < end);
judge('panels and rules', claims);
