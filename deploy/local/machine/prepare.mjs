import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { repositoryRoot, stateRoot } from '../paths.mjs';
import { dockerIsUsable } from '../servers/rabbitmq-container.mjs';
import { dependenciesAreCurrent, hydratePostgresLinks, installDependencies } from './dependencies.mjs';
import { waitForLock } from './lock.mjs';
import { findNode24 } from './node24.mjs';
import {
  findProgram,
  installPackages,
  missingPackages,
  privilegedPrefix,
  SYSTEM_PACKAGES,
} from './packages.mjs';

/**
 * @import { Progress } from '../terminal/progress.mjs'
 * @import { RunQuietly } from '../terminal/run.mjs'
 * @import { NodeProgram } from './node24.mjs'
 * @import { SystemPackage } from './packages.mjs'
 * @typedef {{ progress: Progress, run: RunQuietly }} Preparation the part of a session that is used here
 */

/** One installation at a time in a checkout; another launcher may be installing. */
const INSTALL_TIMEOUT_MS = 900_000;

/**
 * @template T
 * @param {string} name
 * @param {Progress} progress
 * @param {() => Promise<T>} work
 */
async function locked(name, progress, work) {
  const lock = await waitForLock(join(stateRoot, `${name}.lock`), {
    timeoutMs: INSTALL_TIMEOUT_MS,
    onWait: ({ pid }) => progress.note(`process ${pid} installs in this checkout; waiting for it`),
  });
  if (!lock.taken)
    throw new LauncherFailure('install_busy', `process ${lock.holder.pid} does not finish its installation`, {
      suggestion: 'wait for it or end it, then try again',
    });
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** @param {Preparation} session */
async function ensureDependencies({ progress, run }) {
  if (dependenciesAreCurrent()) return hydratePostgresLinks();
  return locked('dependencies', progress, async () => {
    if (dependenciesAreCurrent()) return;
    await progress.step('Dependencies: npm ci, as package-lock.json says', (report) =>
      installDependencies({
        warn: progress.warn,
        run: (command, args, options) => run(command, args, { ...options, onLine: report }),
      }),
    );
  });
}

/**
 * @param {Preparation} session
 * @param {readonly SystemPackage[]} wanted
 */
async function ensurePackages({ progress, run }, wanted) {
  let missing = missingPackages(wanted);
  const mayInstall = findProgram('apt-get') && privilegedPrefix({ interactive: process.stdin.isTTY });
  if (missing.includes('rabbitmq') && !mayInstall && dockerIsUsable()) {
    progress.note('RabbitMQ is not installed here; it runs as a container');
    missing = missing.filter((name) => name !== 'rabbitmq');
  }
  if (missing.length === 0) return;
  const packages = missing.map((name) => SYSTEM_PACKAGES[name].package).join(', ');
  await locked('packages', progress, () =>
    progress.step(`System packages by apt-get, no service of them is started: ${packages}`, (report) =>
      installPackages(missingPackages(missing), {
        interactive: Boolean(process.stdin.isTTY),
        run: (command, args, options) => run(command, args, { ...options, onLine: report }),
      }),
    ),
  );
}

/**
 * Installs what is missing and returns the Node that runs the project.
 * @param {Preparation} session
 * @param {{ packages?: readonly SystemPackage[] }} [options]
 */
export async function prepareMachine(session, { packages = [] } = {}) {
  await ensurePackages(session, packages);
  await ensureDependencies(session);
  const node = findNode24();
  if (node.note) session.progress.warn(`${node.note}; using ${node.path} (${node.version})`);
  return node;
}

/**
 * Transpiles the files that changed since the last time.
 * @param {Preparation} session
 * @param {NodeProgram} node
 */
export async function build({ progress, run }, node) {
  await progress.step('Build', async (report) => {
    const script = join(repositoryRoot, 'deploy', 'tooling', 'build.mjs');
    const { code, output } = await run(node.path, [script], { cwd: repositoryRoot, onLine: report });
    if (code !== 0)
      throw new LauncherFailure('build_failed', 'the build failed', { detail: output.slice(-30) });
    return `${output.at(-1) ?? ''} · Node ${node.version}`;
  });
}
