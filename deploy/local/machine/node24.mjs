import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

const NEEDED_MAJOR = 24;

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

const majorOf = (version) => Number.parseInt(version.replace(/^v/, ''), 10);

/**
 * The Node that runs the project: the one among our dependencies, else the one that runs this launcher if it is new enough.
 * Its version is asked, not assumed: an optional package that could not be installed leaves no error behind.
 * @returns {{ path: string, version: string, note?: string }}
 */
export function findNode24({
  bundled = inRepository('node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node'),
  running = { path: process.execPath, version: process.version },
  version = versionOf,
} = {}) {
  const found = existsSync(bundled) ? version(bundled) : undefined;
  if (found && majorOf(found) >= NEEDED_MAJOR) return { path: bundled, version: found };
  const problem = found
    ? `the bundled Node is ${found}, not ${NEEDED_MAJOR}`
    : `no bundled Node ${NEEDED_MAJOR} runs on ${process.platform}-${process.arch} (looked for ${bundled})`;
  if (majorOf(running.version) >= NEEDED_MAJOR) return { ...running, note: problem };
  throw new LauncherFailure('node_missing', `${problem}, and the running one is ${running.version}`, {
    suggestion: `run "npm ci" without --omit=optional, or start this with Node ${NEEDED_MAJOR}`,
  });
}
