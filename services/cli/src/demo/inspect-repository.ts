import { CliError } from '../cli-error';
import type { GitSettings } from '@ymera/git';
import { git, GitError, gitWith, personalExcludes } from './git';

/** The state of the repository before the demo. */
export interface Source {
  readonly path: string;
  /** The folder that was named, within the repository; empty for its root. */
  readonly below: string;
  readonly head: string;
  /** Changed or untracked files, which the demo does not use. */
  readonly dirtyFiles: readonly string[];
}

/** Reads a person’s repository, executes no program that it names, and changes nothing in it. */
export async function inspectRepository(path: string): Promise<Source> {
  const isBare = (await asked(path, 'rev-parse', '--is-bare-repository')) === 'true';
  const root = isBare ? path : await asked(path, 'rev-parse', '--show-toplevel');
  const head = await headOf(root);
  const dirtyFiles = isBare ? [] : await dirtyFilesIn(root);
  const below = isBare ? '' : await asked(path, 'rev-parse', '--show-prefix');
  return { path: root, below, head, dirtyFiles };
}

async function headOf(root: string): Promise<string> {
  const named = await git(root, 'rev-parse', '--verify', '--quiet', 'HEAD').catch(() => undefined);
  if (named === undefined)
    throw new CliError('repo_empty', `${root} has no commit yet.`, 1, 'Commit something first.');
  return asked(root, 'rev-parse', '--verify', 'HEAD^{commit}');
}

async function dirtyFilesIn(root: string): Promise<string[]> {
  const keys = (await asked(root, 'config', '--list', '--name-only', '-z')).split('\0');
  const excludes = keys.includes('core.excludesfile') ? undefined : await personalExcludes();
  const settings: GitSettings = [
    ...filterSettings(keys),
    ...(excludes === undefined ? [] : [['core.excludesFile', excludes] as const]),
  ];
  // A submodule has a configuration of its own: it is not entered, only its commit is compared.
  const status = ['status', '--porcelain=v1', '-z', '--ignore-submodules=dirty'];
  return dirtyFilesOf(await gitWith(settings, root, ...status).catch(refuse(root)));
}

/** Disables the programs of all configured filters, whose name may be empty: files are then compared unfiltered. */
function filterSettings(keys: readonly string[]): GitSettings {
  const drivers = new Set(
    keys.flatMap((key) => /^filter\.(.*)\.(?:clean|smudge|process|required)$/s.exec(key)?.[1] ?? []),
  );
  return [...drivers].flatMap((driver) => [
    [`filter.${driver}.clean`, ''] as const,
    [`filter.${driver}.smudge`, ''] as const,
    [`filter.${driver}.process`, ''] as const,
    [`filter.${driver}.required`, 'false'] as const,
  ]);
}

const asked = (path: string, ...args: readonly string[]): Promise<string> =>
  git(path, ...args).catch(refuse(path));

/** A missing repository gets a suggestion to name another one; any other error is reported in git's own words. */
const refuse =
  (path: string) =>
  (error: unknown): never => {
    if (!(error instanceof GitError)) throw error;
    if (/not a git repository|cannot change to .*(No such file|Not a directory)/.test(error.message))
      throw new CliError(
        'repo_not_found',
        `${path} is not a git repository.`,
        1,
        'Give --repo the path of a repository that has at least one commit.',
      );
    throw new CliError('repo_unreadable', `${path} cannot be read: ${error.message}`);
  };

/** Paths of `git status --porcelain=v1 -z`; a rename is followed by its old path, which is omitted. */
export function dirtyFilesOf(status: string): string[] {
  const files: string[] = [];
  const fields = status.split('\0');
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    if (field.length < 4) continue;
    files.push(field.slice(3));
    if (field.startsWith('R') || field.startsWith('C')) index += 1;
  }
  return files;
}
