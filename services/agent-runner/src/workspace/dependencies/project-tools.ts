import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { failure, type Failure } from '@ymera/kernel';
import type { SandboxMount } from '../../sandbox/sandbox';
import { systemFolders } from '../../sandbox/sandbox-environment';
import type { PreparedProject } from './installation';

export interface ToolSearch {
  readonly copy: string;
  readonly prepared: PreparedProject;
  /** The path of a mount for the command. */
  readonly pathOf: (mount: SandboxMount) => string;
  /** The path of a program on the person's PATH. */
  readonly find: (program: string) => string | undefined;
}

/** The programs of the host's node in the sandbox. */
const withNode: ReadonlySet<string> = new Set(['node', 'npm', 'npx', 'corepack']);

/**
 * The first missing program of a command: neither in the system, nor in an installation, nor on the person's
 * PATH. Programs of the PATH are shown to the command, and returned in `shown`.
 */
export function findTools(
  programs: readonly string[],
  search: ToolSearch,
): { readonly missing?: string; readonly shown: PreparedProject } {
  const toolPath: string[] = [];
  const readable: string[] = [];
  for (const program of programs) {
    if (withNode.has(program) || isPrepared(program, search)) continue;
    const found = program.includes('/') ? undefined : search.find(program);
    if (found === undefined) return { missing: program, shown: {} };
    toolPath.push(dirname(found));
    readable.push(found, ...installationOf(found));
  }
  return { shown: toolPath.length > 0 ? { toolPath, readable } : {} };
}

function isPrepared(program: string, { copy, prepared, pathOf }: ToolSearch): boolean {
  const mounts = prepared.mounts ?? [];
  const onHost = (path: string): string => {
    const mount = mounts.find((one) => path.startsWith(`${pathOf(one)}/`));
    return mount ? join(mount.source, path.slice(pathOf(mount).length)) : path;
  };
  const inCopy = (path: string) =>
    existsSync(join(copy, path)) ||
    mounts.some(
      ({ source, target }) =>
        path.startsWith(`${target}/`) && existsSync(join(source, path.slice(target.length))),
    );
  // The command itself may create other files of the working copy.
  if (program.includes('/'))
    return (
      !/^(\.\/)?(node_modules\/\.bin|vendor\/bin)\//.test(program) || inCopy(program.replace(/^\.\//, ''))
    );
  const folders = [...(prepared.toolPath ?? []), ...(prepared.searchPath ?? []), ...systemFolders];
  return (
    folders.some((folder) => existsSync(join(onHost(folder), program))) ||
    inCopy(`node_modules/.bin/${program}`)
  );
}

/** The folder of a version manager's version; otherwise only the link target of the program. */
function installationOf(program: string): readonly string[] {
  const real = realpathSync(program);
  const version =
    /^(.*\/(?:installs|versions|candidates|toolchains|sdk|opt|Cellar)\/[^/]+(?:\/[^/]+)?)\/bin\//.exec(
      real,
    )?.[1];
  const interpreter = scriptInterpreter(real);
  return [
    real,
    ...(version === undefined || version === homedir() ? [] : [version]),
    ...(interpreter ? [interpreter] : []),
  ];
}

/** Console scripts of Python name the interpreter of their own environment. */
function scriptInterpreter(file: string): string | undefined {
  const [line = ''] = readFileSync(file).subarray(0, 256).toString('latin1').split('\n');
  const program = /^#!\s*(\/\S+\/bin)\/python[\d.]*$/.exec(line)?.[1];
  return program === undefined || systemFolders.includes(program) ? undefined : dirname(program);
}

export const toolMissing = (program: string, command: string): Failure =>
  failure(
    'unavailable',
    'test_tool_missing',
    `The command \`${command}\` needs ${program}, which is not installed on the machine of the agent-runner.`,
    {
      retryable: false,
      suggestion: `Install ${program} there, on the PATH of the person who starts the platform, or give another command: --test "<command>".`,
    },
  );
