import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

const MIN_MAJOR = 24;

/** @typedef {{ path: string, version: string, note?: string }} NodeProgram `note`: why it is not the bundled one */

/** @param {string} executable */
function versionOf(executable) {
  try {
    return execFileSync(executable, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** @param {string} version */
const majorOf = (version) => Number.parseInt(version.replace(/^v/, ''), 10);

/**
 * The Node that runs the project: the one among our dependencies, else the one that runs this launcher if it is new enough.
 * The bundled one is asked for its version: npm reports no error for an optional package that it could not install.
 * @param {{ bundled?: string, running?: NodeProgram, version?: (executable: string) => string | undefined }} [machine]
 * @returns {NodeProgram}
 */
export function findNode24({
  bundled = inRepository('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node'),
  running = { path: process.execPath, version: process.version },
  version = versionOf,
} = {}) {
  const found = existsSync(bundled) ? version(bundled) : undefined;
  if (found && majorOf(found) >= MIN_MAJOR) return { path: bundled, version: found };
  const problem = found
    ? `the bundled Node is ${found}, not ${MIN_MAJOR}`
    : `no bundled Node ${MIN_MAJOR} runs on ${process.platform}-${process.arch} (looked for ${bundled})`;
  if (majorOf(running.version) >= MIN_MAJOR) return { ...running, note: problem };
  throw new LauncherFailure('node_missing', `${problem}, and the running one is ${running.version}`, {
    suggestion: `run "npm ci" without --omit=optional, or start this with Node ${MIN_MAJOR}`,
  });
}
