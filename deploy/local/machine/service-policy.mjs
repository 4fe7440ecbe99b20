import { chmodSync, existsSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const MARK = '# ymera: no service is started while packages are installed; removed right after';
const FORBID = `#!/bin/sh\n${MARK}\nexit 101\n`;

/**
 * Debian asks /usr/sbin/policy-rc.d whether a package may start its service. Ours refuses during the installation: the
 * caller did not ask for a broker on the default port that is open to guests.
 */
export function servicePolicy(path = '/usr/sbin/policy-rc.d') {
  const aside = `${path}.before-ymera`;

  function isOurs() {
    try {
      return readFileSync(path, 'utf8').includes(MARK);
    } catch {
      return false;
    }
  }

  /** Restores the previous state exactly: the same file (renamed, so with owner, mode and times), or none. */
  function restore() {
    if (isOurs()) rmSync(path);
    if (lstatSync(aside, { throwIfNoEntry: false }) && !existsSync(path)) renameSync(aside, path);
  }

  function forbid() {
    // A killed installation leaves ours behind; without this it would be kept as the original.
    restore();
    if (lstatSync(path, { throwIfNoEntry: false })) renameSync(path, aside);
    writeFileSync(path, FORBID, { mode: 0o755, flag: 'wx' });
    chmodSync(path, 0o755);
  }

  return { forbid, restore };
}
