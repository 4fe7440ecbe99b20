import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { checkoutHash } from '../paths.mjs';
import { canReach } from './account.mjs';
import { hydratePostgresLinks, postgresPackage } from './dependencies.mjs';
import { ownFolder } from './own-folder.mjs';

/** A folder under /var/tmp for a checkout whose path the servers' account may not pass. */
export const sharedHome = (path = `/var/tmp/ymera-${checkoutHash}`) => ownFolder(path, 0o711);

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
