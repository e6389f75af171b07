// The chart as tests see it: rendered for each file of values in helm/duban/ci.
import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const chart = join(root, 'helm/duban');
export const require = createRequire(join(root, 'deploy/package.json'));
const yaml = require('js-yaml');

export const scenarios =
    readdirSync(join(chart, 'ci')).map((file) => file.replace('-values.yaml', ''));

// The objects of a scenario, with further arguments of `helm template`, as the release `duban`.
export function render(scenario, ...further) {
  const text = execFileSync(
      join(root, 'deploy/node_modules/.bin/helm'),
      ['template', 'duban', chart, '--namespace', 'duban', '--values',
       join(chart, `ci/${scenario}-values.yaml`), ...further],
      {encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'pipe']});
  return yaml.loadAll(text).filter((object) => object);
}

// Runs a table of {name, holds} and ends the process: 0 if all hold.
export function judge(title, claims) {
  const failed = claims.filter((claim) => claim.problems.length > 0);
  for (const claim of failed) {
    console.error(`${claim.name}:\n  ${claim.problems.join('\n  ')}`);
  }
  console.log(`${title}: ${claims.length - failed.length} of ${claims.length} hold`);
  process.exit(failed.length === 0 && claims.length > 0 ? 0 : 1);
}
