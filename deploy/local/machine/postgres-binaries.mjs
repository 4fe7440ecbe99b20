import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { readJson } from '../json.mjs';
import { checkoutHash } from '../paths.mjs';
import { canReach } from './account.mjs';
import { hydratePostgresLinks, postgresPackage } from './dependencies.mjs';
import { ownFolder } from './own-folder.mjs';

/** @import { Account } from './account.mjs' */

/** A folder under /var/tmp for a checkout whose path the servers' account may not pass. */
export const sharedHome = (path = `/var/tmp/ymera-${checkoutHash}`) => ownFolder(path, 0o711);

/**
 * Copies completely or not at all: an interrupted copy has another name.
 * @param {string} home
 * @param {string} source
 */
function copyTo(home, source) {
  const { version } = /** @type {{ version: string }} */ (readJson(join(source, 'package.json')));
  const target = join(home, `postgres-${version}`);
  if (existsSync(target)) return target;
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(join(source, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  renameSync(draft, target);
  return target;
}

/**
 * The folder with `postgres` and `initdb`, where the account that runs them can reach it.
 * @param {Account | undefined} account
 */
export function postgresPrograms(account, source = postgresPackage()) {
  if (!existsSync(join(source, 'native', 'bin', 'postgres'))) {
    throw new LauncherFailure(
      'postgres_missing',
      `PostgreSQL's programs for ${process.platform}-${process.arch} are not in ${source}`,
      {
        suggestion:
          'set YMERA_POSTGRES_URL to a PostgreSQL of your own, or run "npm ci" without --omit=optional',
      },
    );
  }
  hydratePostgresLinks(source);
  const reachable = canReach(account, join(source, 'native', 'bin', 'postgres'));
  return join(reachable ? source : copyTo(sharedHome(), source), 'native', 'bin');
}
