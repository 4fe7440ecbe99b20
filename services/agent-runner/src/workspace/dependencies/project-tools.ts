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
  /** Where a mount is seen by the command. */
  readonly pathOf: (mount: SandboxMount) => string;
  /** Where the person's PATH has a program. */
  readonly find: (program: string) => string | undefined;
}

/** What the sandbox has of the host's node. */
const withNode: ReadonlySet<string> = new Set(['node', 'npm', 'npx', 'corepack']);

/**
 * The first of a command's programs that is nowhere: neither in the system, nor among what was prepared, nor on the person's
 * PATH. Those of the PATH are shown to the command, and are in the answer's `shown`.
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
  // Other files of the working copy may be made by the command itself.
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

/** The folder of a version that a manager keeps; otherwise what the program links to, and nothing beside it. */
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
