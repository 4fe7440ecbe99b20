// Adds messages that are new to test/contract/frozen.json. `--replace NAME...` writes again what no installation has
// seen yet; a message of a released version gets a new version instead. Runs after a build.
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '../local/json.mjs';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** @type {unknown} */
const contracts = require(join(root, 'libs', 'contracts', 'dist', 'index.js'));
/** @type {unknown} */
const kernel = require(join(root, 'libs', 'kernel', 'dist', 'index.js'));
const { jsonSchemas, withoutAdded } = /** @type {typeof import('@ymera/contracts')} */ (contracts);
const { digestOf } = /** @type {typeof import('@ymera/kernel')} */ (kernel);

const file = join(root, 'test', 'contract', 'frozen.json');
const frozen = /** @type {Record<string, string>} */ (existsSync(file) ? readJson(file) : {});
const [flag, ...replaced] = process.argv.slice(2);
if (flag !== undefined && flag !== '--replace') {
  console.error(`unknown option ${flag}; use --replace NAME... or no option`);
  process.exit(2);
}

let written = 0;
for (const [name, { description: _description, ...schema }] of Object.entries(jsonSchemas())) {
  if (frozen[name] !== undefined && !replaced.includes(name)) continue;
  frozen[name] = digestOf(withoutAdded(schema));
  written += 1;
}
const sorted = Object.fromEntries(Object.entries(frozen).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
console.log(`${written} of ${Object.keys(sorted).length} messages frozen`);
