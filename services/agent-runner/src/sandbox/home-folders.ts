import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { secretsOfHome } from './hidden-paths';

/** The paths in this host's homes that a command must not see. */
export function homeSecrets(): readonly string[] {
  const usual = ['/root', ...namesIn('/home').map((name) => join('/home', name))].map(real);
  // The runner's own home may be anywhere, even above the program that a command line names: its folder is
  // hidden only where it contains secrets.
  const own = ownHomes().map(real).flatMap(secretsOfHome).filter(existsSync);
  return [...new Set([...usual.flatMap(secretsOfHome), ...own])];
}

/** A service user's home is often outside of `/home`, and `$HOME` may differ from the user database. */
function ownHomes(): readonly string[] {
  return [homedir, () => userInfo().homedir].map(orNone).filter(isAbsolute);
}

/** A container's user may be a mere number without an entry in the user database. */
function orNone(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}

/** Hiding a path below a link would replace the link by a folder. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
