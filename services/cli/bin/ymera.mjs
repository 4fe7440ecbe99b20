#!/usr/bin/env node
/** Starts the command line interface with the Node of the project, and builds it first when there is no build. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { failedLine, LauncherFailure } from '../../../deploy/local/failure.mjs';

const root = resolve(import.meta.dirname, '..', '..', '..');
const main = join(root, 'services', 'cli', 'dist', 'main.js');

/**
 * Prints an expected failure and exits.
 * @param {LauncherFailure} error
 * @returns {never}
 */
function fail(error) {
  console.error(`✖ ${error.message}`);
  if (error.suggestion) console.error(`  → ${error.suggestion}`);
  if (process.argv.includes('--json')) console.log(failedLine(error));
  process.exit(1);
}

async function findNode() {
  const { findNode24 } = await import('../../../deploy/local/machine/node24.mjs');
  try {
    return findNode24().path;
  } catch (error) {
    if (error instanceof LauncherFailure) return fail(error);
    throw error;
  }
}

if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  fail(
    new LauncherFailure('not_installed', 'nothing is installed yet', {
      suggestion: 'run "npm start" or "npm run demo" first: they install what is missing',
    }),
  );
}
const node = await findNode();
if (!existsSync(main)) {
  const built = spawnSync(node, [join(root, 'deploy', 'tooling', 'build.mjs')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.status !== 0)
    fail(
      new LauncherFailure('build_failed', `the build failed:\n${built.stdout}${built.stderr}`, {
        suggestion: 'run: npm run build',
      }),
    );
}

const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
// The terminal sends Ctrl-C to both processes: the child decides, and we exit with its code.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
