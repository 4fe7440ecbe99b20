// Layers first, because that is quick; then ESLint, which also checks the boundaries between projects.
import { join } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import { runTool } from './run-tool.mjs';

const layers = [
  '--config',
  join(import.meta.dirname, 'boundaries', 'layers.cjs'),
  'libs',
  'services',
  'test',
  'deploy/local',
];
const layered = runTool('dependency-cruiser/bin/dependency-cruiser.mjs', layers);

// The boundary rule reads nx's stored graph and is silent without one.
await createProjectGraphAsync({ exitOnError: true });
// The cache ignores changes of types in other files and of package.json: good enough for daily work, not for the gate.
const cache = process.env['CI'] ? [] : ['--cache', '--cache-location', '.nx/eslint/'];
const linted = runTool('eslint/bin/eslint.js', [
  '--max-warnings',
  '0',
  ...cache,
  '.',
  ...process.argv.slice(2),
]);

process.exit(layered || linted);
