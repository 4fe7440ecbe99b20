import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { findProgram } from '../machine/packages.mjs';

/** @import { RunnerOptions } from './runner-options.mjs' */

/** Words of the shell itself that a command line may begin with. */
const SHELL_WORDS = new Set(
  '. : [ alias break case cd command continue echo eval exec exit export false for getopts hash if kill printf pwd read set shift test times trap true type ulimit umask unset until wait while'.split(
    ' ',
  ),
);

/** Programs that the agent-runner also finds where version managers keep them. */
const INTERPRETERS =
  /^(python[\d.]*|pip[\d.]*|uv|node|npm|npx|pnpm|yarn|bun|go|cargo|rustc|java|mvn|gradle|ruby|bundle|php|dotnet)$/;

/** A project with one of these gets a virtual environment, whose programs are found too. */
const PYTHON_MANIFEST = /^(requirements.*\.txt|pyproject\.toml|setup\.(py|cfg)|Pipfile(\.lock)?|.*\.lock)$/;

const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @param {string} path */
const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * Whether the project may bring programs of its own: those of a bare repository or of a Python project are known later.
 * @param {string | undefined} repo
 */
function mayBringPrograms(repo) {
  if (repo === undefined) return false;
  return !existsSync(resolve(repo, '.git')) || readdirSync(repo).some((name) => PYTHON_MANIFEST.test(name));
}

/**
 * Whether the first word of a command line names a program that is certainly missing; a word that only a shell can resolve
 * passes.
 * @param {string} word
 * @param {Pick<RunnerOptions, 'commandFolder' | 'hostPath'>} runner
 * @param {string | undefined} repo
 */
function isMissing(word, { commandFolder, hostPath }, repo) {
  if (!/^[\w./~+@-]+$/.test(word) || SHELL_WORDS.has(word) || INTERPRETERS.test(word)) return false;
  if (word.startsWith('~/')) return !isFile(resolve(homedir(), word.slice(2)));
  if (word.startsWith('/')) return !isFile(word);
  if (isFile(resolve(commandFolder, word))) return false;
  // The working copy may have it.
  if (word.includes('/')) return repo === undefined;
  return !findProgram(word, `${hostPath}:${SYSTEM_FOLDERS}`) && !mayBringPrograms(repo);
}

/**
 * Refuses a command of `--exec` whose program is not on this machine, before a platform is started.
 * @param {Pick<RunnerOptions, 'command' | 'commandFolder' | 'hostPath'>} runner
 * @param {string | undefined} repo the project's path, where one is known
 */
export function refuseMissingProgram(runner, repo) {
  const [word = ''] = (runner.command ?? '').trim().split(/[\s;|&()<>]/);
  if (word === '' || !isMissing(word, runner, repo)) return;
  throw new LauncherFailure('command_missing', `--exec: there is no program ${word} on this machine`, {
    suggestion: `install it, or give its full path; it is neither in ${runner.commandFolder} nor on the PATH`,
  });
}
