import type { CommandPart } from '../../tools/command-parts';

/** Programs that only ever watch. */
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

/** What tools print when they have run and wait for a file to change. */
export const watchWords =
  /Waiting for file changes|Watching for file changes|Watch Usage|waiting for changes before restart|press h to show help, press q to quit|PASS +Waiting|\[nodemon\] (?:watching|clean exit)|Watching for changes/i;
