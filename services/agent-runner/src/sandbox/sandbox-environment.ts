import { insidePaths } from './sandbox-layout';

export const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export interface EnvironmentParts {
  /** First in PATH. */
  readonly toolPath?: readonly string[] | undefined;
  /** The folder of the host's node. */
  readonly nodeFolder: string;
  /** Further folders of PATH, before the system's. */
  readonly searchPath?: readonly string[] | undefined;
  readonly folders: { readonly home: string; readonly temporary: string; readonly workspace: string };
  readonly additional?: Readonly<Record<string, string>> | undefined;
}

/**
 * An allow-list, never a copy: the runner's own environment (npm's variables, tokens, our own binaries on the
 * path) must not affect a project's tests.
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
    // Prevents watch modes and prompts.
    CI: 'true',
    // Python would write compiled files beside its author's program, which is a write outside, and into the change.
    PYTHONDONTWRITEBYTECODE: '1',
    ...additional,
  };
}

export const insideFolders = {
  home: insidePaths.home,
  temporary: insidePaths.temporary,
  workspace: insidePaths.workspace,
};
