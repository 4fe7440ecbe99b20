import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { secretsOfHome } from './hidden-paths';

/** What homes of this host hold that a command must not see. */
export function homeSecrets(): readonly string[] {
  const usual = ['/root', ...namesIn('/home').map((name) => join('/home', name))].map(real);
  // The runner's own home may lie anywhere, even above the program that a command line names: what is beside that is
  // hidden from it only for secrets that are there.
  const own = ownHomes().map(real).flatMap(secretsOfHome).filter(existsSync);
  return [...new Set([...usual.flatMap(secretsOfHome), ...own])];
}

/** Of a service's user the home is often elsewhere than in `/home`, and `$HOME` elsewhere than the user database says. */
function ownHomes(): readonly string[] {
  return [homedir, () => userInfo().homedir].map(orNone).filter(isAbsolute);
}

/** A container's user may be a mere number, of which no database knows a home. */
function orNone(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}

/** To hide something below a link would put a folder in place of the link. */
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
