import { CliError } from '../cli-error';
import { jsonLine, visible } from '../terminal/visible';
import { type DemoOptions, samples, defaultSample } from './demo-options';
import { inspectRepository, type Source } from './inspect-repository';

/** Refusals that need no platform: invalid arguments, and an unusable repository. */
export async function preflight(options: DemoOptions): Promise<Source | undefined> {
  if (options.request.trim() === '')
    throw new CliError(
      'request_empty',
      'The text of the request is empty.',
      1,
      'Say what should change, in your own words.',
    );
  for (const [name, command] of Object.entries(options.commands))
    if (command?.trim() === '')
      throw new CliError('usage', `--${name} has no command.`, 2, 'Give a command line, or leave it out.');
  const { sample } = options;
  if (options.repo === '')
    throw new CliError('usage', '--repo has no path.', 2, 'Name a git repository, or leave --repo out.');
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
  const source = await inspectRepository(options.repo);
  if (options.land && source.dirtyFiles.length > 0)
    throw new CliError(
      'repo_dirty',
      `${options.repo} has uncommitted changes (${listed(source.dirtyFiles)}), so nothing is landed into it.`,
      1,
      'Commit or stash them, or run without --land.',
    );
  return source;
}

/** The output of a preflight without a refusal; with `--json` the one line for programs. */
export function preflightWords(
  { json, request, sample = defaultSample }: DemoOptions,
  source: Source | undefined,
): string {
  const dirty = source?.dirtyFiles ?? [];
  if (json)
    return `${jsonLine({
      ...{ state: 'ready', request, repo: source?.path ?? null },
      ...{ commit: source?.head ?? null, dirty_files: dirty },
    })}\n`;
  const place = source?.path ?? `the sample ${sample}`;
  const unseen = dirty.length === 0 ? '' : ` Uncommitted changes are not seen: ${listed(dirty)}.`;
  return visible(`Ready to run "${request}" in ${place}.${unseen}\n`);
}

export function listed(files: readonly string[], most = 5): string {
  const rest = files.length - most;
  return rest > 0 ? `${files.slice(0, most).join(', ')} and ${rest} more` : files.join(', ');
}
