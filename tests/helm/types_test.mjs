// Every rendered object against the types of its kind: by schema (kubernetes-models), which sees bad
// values, and by the TypeScript compiler, which also sees fields that no such object has.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {judge, render, require, root, scenarios} from './chart.mjs';

// Where the types of an apiVersion are.
const modules = {
  'apps/v1': 'kubernetes-models/apps/v1',
  'autoscaling/v2': 'kubernetes-models/autoscaling/v2',
  'batch/v1': 'kubernetes-models/batch/v1',
  'cert-manager.io/v1': '@kubernetes-models/cert-manager/cert-manager.io/v1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'v1': 'kubernetes-models/v1',
};
// Its library runs on newer Node.js only; the compiler reads its types all the same.
const typesOnly = ['gateway.networking.k8s.io/v1'];

function schemaProblems(object) {
  const module = modules[object.apiVersion];
  if (!module) return [`no types for ${object.apiVersion}`];
  if (typesOnly.includes(object.apiVersion)) return [];
  try {
    new (require(module)[object.kind])(object).validate();
    return [];
  } catch (problem) {
    return [problem.message];
  }
}

// What the compiler says of these statements in TypeScript.
function compilerProblems(lines) {
  const folder = mkdtempSync(join(tmpdir(), 'duban-helm-'));
  symlinkSync(join(root, 'deploy/node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'objects.ts'), lines.join('\n'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      strict: true, noEmit: true, skipLibCheck: true, module: 'nodenext', target: 'es2022', types: [],
    },
    files: ['objects.ts'],
  }));
  const run = spawnSync(join(root, 'deploy/node_modules/.bin/tsc'), ['--project', folder],
                        {encoding: 'utf8'});
  rmSync(folder, {recursive: true});
  return run.status === 0 ? [] : (run.stdout + run.stderr).trim().split('\n');
}

function statement(object, index) {
  const type = `import('${modules[object.apiVersion]}').I${object.kind}`;
  return `export const object${index}: ${type} = ${JSON.stringify(object)};`;
}

const objects = scenarios.flatMap((scenario) => render(scenario));
const claims = objects.map((object) => ({
  name: `${object.apiVersion} ${object.kind} ${object.metadata.name}`,
  problems: schemaProblems(object),
}));
claims.push({name: 'tsc --strict', problems: compilerProblems(objects.map(statement))});

// The check itself: an object with a field that its kind does not have is told.
const strange = structuredClone(objects.find((object) => object.kind === 'Deployment'));
strange.spec.template.spec.containers[0].readinesProbe = {};
claims.push({
  name: 'the compiler sees a field that no container has',
  problems: compilerProblems([statement(strange, 0)]).length > 0 ? [] : ['it does not'],
});
judge('helm types', claims);
