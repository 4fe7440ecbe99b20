import type { CommandPart } from '../../tools/command-parts';
import { hasSummary } from './test-outcome';

/** Programs that always watch. */
const watchers = /^(?:nodemon|watchexec|watchman-make|chokidar|entr|ptw|pytest-watcher?|guard)$/;
/** Programs whose `--watch` keeps them running, and those for which `-w` is its short form. */
const watching = /^(?:node|jest|vitest|mocha|ava|tap|tsc|jasmine|karma|ng|cypress|vite|bun|deno|uvu|tsx)$/;
const shortForm = /^(?:vitest|mocha|ava|tsc|tap)$/;

/** The part of a test command that certainly waits for changes and never ends; undefined where that is not certain. */
export const watchModeOf = (parts: readonly CommandPart[]): string | undefined =>
  parts.find(isWatching)?.text;

const isWatching = ({ program, rest }: CommandPart): boolean =>
  watchers.test(program) ||
  (program === 'cargo' && rest[0] === 'watch') ||
  (program === 'vitest' && rest[0] === 'watch') ||
  (watching.test(program) && rest.some((word) => /^--watch(?:-?[Aa]ll|-path=.*)?(?:=true)?$/.test(word))) ||
  (shortForm.test(program) && rest.includes('-w'));

/** Programs that watch unless an option forbids it. */
const watchingByDefault = /^(?:vitest|react-scripts|craco|ng|karma|wtr|web-test-runner)$/;

export const mayWatchByDefault = ({ program, rest }: CommandPart): boolean =>
  watchingByDefault.test(program) &&
  !rest.some((word) => /^(?:run|--run|--single-run|--watch(?:All)?=false|--no-watch)$/.test(word));

/** Messages of tools that have run and wait for a file to change. */
export const watchWords =
  /Waiting for file changes|Watching for file changes|Watch Usage|waiting for changes before restart|press h to show help, press q to quit|PASS +Waiting|\[nodemon\] (?:watching|clean exit)|Watching for changes/i;

/** A waiting tool prints its message last, perhaps with its key bindings. */
const maxLinesAfterWords = 10;
const maxKeptLength = 65_536;
const maxRecentLength = 4_096;

/** How long a command must be silent before it counts as waiting for changes. */
export interface WatchGrace {
  /** A tool that is known to watch by default, after its summary. */
  readonly knownMs: number;
  /** Any other command, after a summary of its tests. */
  readonly otherMs: number;
}

const defaultWatchGrace: WatchGrace = { knownMs: 2_000, otherMs: 10_000 };

/**
 * Detects while a command runs that it waits for changes. The message alone is no evidence, a test may log it: it must be
 * the last output, come after a summary of tests, and be followed by silence.
 */
export class WatchObserver {
  #output = '';
  #quiet: NodeJS.Timeout | undefined;
  readonly #graceMs: number;

  constructor(
    parts: readonly CommandPart[],
    private readonly onWaiting: () => void,
    grace: WatchGrace = defaultWatchGrace,
  ) {
    this.#graceMs = parts.some(mayWatchByDefault) ? grace.knownMs : grace.otherMs;
  }

  push(chunk: string): void {
    this.#output = (this.#output + chunk).slice(-maxKeptLength);
    this.stop();
    // There may be many chunks; most contain no such message.
    if (!watchWords.test(this.#output.slice(-maxRecentLength))) return;
    if (saysThatItWaits(this.#output)) this.#quiet = setTimeout(this.onWaiting, this.#graceMs);
  }

  stop(): void {
    clearTimeout(this.#quiet);
  }
}

export function saysThatItWaits(output: string): boolean {
  const lines = withoutColours(output)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const at = lines.findLastIndex((line) => watchWords.test(line));
  if (at === -1 || lines.length - at > maxLinesAfterWords) return false;
  const before = lines.slice(0, at).join('\n');
  const after = lines.slice(at).join('\n');
  return hasSummary(before) && !hasSummary(after);
}

const withoutColours = (text: string): string => text.replaceAll(/\u001B\[[\d;]*[A-Za-z]/g, '');
