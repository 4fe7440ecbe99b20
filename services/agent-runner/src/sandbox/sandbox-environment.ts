import { insidePaths } from './sandbox-layout';

export const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface EnvironmentParts {
  /** Before all others. */
  readonly toolPath?: readonly string[] | undefined;
  /** Of the host's node. */
  readonly nodeFolder: string;
  /** Further folders of PATH, before the system's. */
  readonly searchPath?: readonly string[] | undefined;
  readonly folders: { readonly home: string; readonly temporary: string; readonly workspace: string };
  readonly additional?: Readonly<Record<string, string>> | undefined;
}

/**
 * An allow-list, never a copy: whatever the runner was started with (npm's variables, tokens, our own binaries on the
 * path) must not decide how somebody's tests behave.
 */
export function sandboxEnvironment({
  toolPath = [],
  nodeFolder,
  searchPath = [],
  folders,
  additional = {},
}: EnvironmentParts): Readonly<Record<string, string>> {
  return {
    PATH: [...new Set([...toolPath, nodeFolder, ...searchPath, ...systemFolders])].join(':'),
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
    // What Python compiles would lie beside its author's program, which is a write outside, and in the change.
    PYTHONDONTWRITEBYTECODE: '1',
    ...additional,
  };
}

export const insideFolders = {
  home: insidePaths.home,
  temporary: insidePaths.temporary,
  workspace: insidePaths.workspace,
};
