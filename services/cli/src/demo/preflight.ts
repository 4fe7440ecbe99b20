import { CliError } from '../cli-error';
import { type DemoOptions, samples } from './demo-options';
import { git } from './git';

/** The repository as it stands before anything is done with it. */
export interface Source {
  readonly path: string;
  /** The folder that was named, within the repository; empty for its root. */
  readonly below: string;
  readonly head: string;
  /** Changed or untracked files, which the run does not see. */
  readonly dirtyFiles: readonly string[];
}

/** What can be refused without a platform: the words, and a person’s repository. */
export async function preflight(options: DemoOptions): Promise<Source | undefined> {
  if (options.request.trim() === '')
    throw new CliError(
      'request_empty',
      'The request has no text.',
      1,
      'Say what should change, in your own words.',
    );
  const { sample } = options;
  if (sample !== undefined && options.repo !== undefined)
    throw new CliError('usage', '--sample and --repo exclude each other.', 2);
  if (sample !== undefined && samples[sample].needsCommand && options.exec === undefined)
    throw new CliError(
      'usage',
      `The sample ${sample} asks for a fix, which takes a coding agent.`,
      2,
      'Name one with --exec: a command line that gets the task on standard input and edits its working copy.',
    );
  if (options.repo === undefined) {
    if (options.land)
      throw new CliError('usage', '--land needs --repo: the result is fetched into that repository.', 2);
    return undefined;
  }
  const source = await inspect(options.repo);
  if (options.land && source.dirtyFiles.length > 0)
    throw new CliError(
      'repo_dirty',
      `${options.repo} has uncommitted changes (${listed(source.dirtyFiles)}), so nothing is landed into it.`,
      1,
      'Commit or stash them, or run without --land.',
    );
  return source;
}

async function inspect(path: string): Promise<Source> {
  try {
    const isBare = (await git(path, 'rev-parse', '--is-bare-repository')) === 'true';
    const root = isBare ? path : await git(path, 'rev-parse', '--show-toplevel');
    const head = await git(root, 'rev-parse', '--verify', 'HEAD^{commit}');
    const status = isBare ? '' : await git(root, 'status', '--porcelain=v1', '-z');
    const below = isBare ? '' : await git(path, 'rev-parse', '--show-prefix');
    return { path: root, below, head, dirtyFiles: dirtyFilesOf(status) };
  } catch {
    throw new CliError(
      'repo_not_found',
      `${path} is not a git repository with a commit.`,
      1,
      'Give --repo the path of a repository that has at least one commit.',
    );
  }
}

/** Paths of `git status --porcelain=v1 -z`; a rename is followed by its old path, which is left out. */
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

export function listed(files: readonly string[], most = 5): string {
  const rest = files.length - most;
  return rest > 0 ? `${files.slice(0, most).join(', ')} and ${rest} more` : files.join(', ');
}
