import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { checkoutHash } from '../paths.mjs';
import { canReach } from './account.mjs';
import { hydratePostgresLinks, postgresPackage } from './dependencies.mjs';

/**
 * A folder under /var/tmp for a checkout whose path the servers' account may not pass. Only ours is used: anybody may make
 * a folder of that name there before us.
 */
export function sharedHome(path = `/var/tmp/ymera-${checkoutHash}`) {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== process.getuid() || (stat.mode & 0o022) !== 0) {
    throw new LauncherFailure('unsafe_folder', `${path} is not a folder that only this user can write`, {
      suggestion: `look at it and remove it: rm -r ${path}`,
    });
  }
  return path;
}

/** Copies complete or not at all: a copy that was interrupted lies under another name. */
function copyTo(home, source) {
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const target = join(home, `postgres-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(join(source, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  renameSync(draft, target);
  return target;
}

/** The folder with `bin/postgres` and `bin/initdb`, where the account that runs them can reach it. */
export function postgresPrograms(account, source = postgresPackage()) {
  if (!existsSync(join(source, 'native', 'bin', 'postgres'))) {
    throw new LauncherFailure(
      'postgres_missing',
      `PostgreSQL's programs for ${process.platform}-${process.arch} are not in ${source}`,
      {
        suggestion:
          'set YMERA_POSTGRES_URL to a PostgreSQL of yours, or run "npm ci" without --omit=optional',
      },
    );
  }
  hydratePostgresLinks(source);
  const reachable = canReach(account, join(source, 'native', 'bin', 'postgres'));
  return join(reachable ? source : copyTo(sharedHome(), source), 'native', 'bin');
}
