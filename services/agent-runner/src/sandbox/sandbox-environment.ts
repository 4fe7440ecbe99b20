import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { insidePaths } from './sandbox-layout';

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * An allow-list, never a copy: whatever the runner was started with (npm's variables, tokens, our own binaries on the
 * path) must not decide how somebody's tests behave.
 */
export function sandboxEnvironment(
  nodeFolder: string,
  folders: { readonly home: string; readonly temporary: string; readonly workspace: string },
  additional: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    PATH: [...new Set([nodeFolder, ...systemFolders])].join(':'),
    HOME: folders.home,
    TMPDIR: folders.temporary,
    PWD: folders.workspace,
    USER: 'ymera',
    LOGNAME: 'ymera',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TERM: 'dumb',
    NO_COLOR: '1',
    // Keeps watch modes and questions away.
    CI: 'true',
    ...additional,
  };
}

export const insideFolders = {
  home: insidePaths.home,
  temporary: insidePaths.temporary,
  workspace: insidePaths.workspace,
};

export interface HostNode {
  /** Folder that holds `node`. */
  readonly binaries: string;
  /** What must be visible for it to work: its installation, npm included. */
  readonly installation: string;
}

/**
 * The node that the person uses, so that their tests run as they know them: the first on `path` that is not a package
 * of some checkout (npm puts such folders in front). Without one, the runner's own.
 */
export function findHostNode(path: string, ownExecutable: string): HostNode {
  const folder = path
    .split(':')
    .find(
      (entry) => entry.startsWith('/') && !entry.includes('/node_modules') && existsSync(join(entry, 'node')),
    );
  const executable = realpathSync(folder ? join(folder, 'node') : ownExecutable);
  const binaries = dirname(executable);
  // Some systems put a wrapper or link on the path whose target has another name or no npm beside it.
  const linked = folder && existsSync(join(binaries, 'npm')) ? binaries : (folder ?? binaries);
  return { binaries: linked, installation: binaries.endsWith('/bin') ? dirname(binaries) : binaries };
}
