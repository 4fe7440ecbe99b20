// Writes generated documents: deploy/docs/generated from libs/contracts, .env.example from the services' configuration.
// With --check it names the files that differ and exits with 1. Reads dist, so it runs after a build.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentExample } from './environment/environment-example.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join('deploy', 'docs', 'generated');
/** @type {unknown} */
const contracts = createRequire(import.meta.url)(join(root, 'libs', 'contracts', 'dist', 'index.js'));
const { generatedDocuments } = /** @type {typeof import('@ymera/contracts')} */ (contracts);

/** @type {(path: string, text: string) => [path: string, text: string]} */
const pair = (path, text) => [path, text];

const wanted = new Map([
  ...Object.entries(generatedDocuments()).map(([path, document]) =>
    pair(join(folder, path), `${JSON.stringify(document, null, 2)}\n`),
  ),
  pair('.env.example', environmentExample(root)),
]);
const present = existsSync(join(root, folder))
  ? readdirSync(join(root, folder), { recursive: true })
      .map((path) => join(folder, String(path)))
      .filter((path) => path.endsWith('.json'))
  : [];
const stale = present.filter((path) => !wanted.has(path));
const differing = [...wanted].filter(([path, text]) => {
  const file = join(root, path);
  return !existsSync(file) || readFileSync(file, 'utf8') !== text;
});

if (process.argv.includes('--check')) {
  for (const path of [...differing.map(([path]) => path), ...stale]) console.error(`out of date: ${path}`);
  if (differing.length + stale.length > 0) {
    console.error('run `npm run docs:generate` and commit the result');
    process.exit(1);
  }
  console.log(`${wanted.size} generated documents are up to date`);
} else {
  for (const path of stale) rmSync(join(root, path));
  for (const [path, text] of differing) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${differing.length} written, ${stale.length} removed, ${wanted.size} in all`);
}
