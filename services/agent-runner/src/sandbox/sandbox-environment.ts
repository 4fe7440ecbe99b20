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
