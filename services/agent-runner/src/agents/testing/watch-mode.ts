import { z } from 'zod';

const packageFile = z.object({ scripts: z.record(z.string(), z.string()).optional() });
const maxNesting = 5;

/** Programs that only ever watch. */
const watchers = /^(?:nodemon|watchexec|watchman-make|chokidar|entr|ptw|pytest-watcher?|guard)$/;
/** Programs whose `--watch` keeps them running, and those for which `-w` is its short form. */
const watching = /^(?:node|jest|vitest|mocha|ava|tap|tsc|jasmine|karma|ng|cypress|vite|bun|deno|uvu|tsx)$/;
const shortForm = /^(?:vitest|mocha|ava|tsc|tap)$/;
const script = /^(?:npm|pnpm|yarn|bun)\s+(?:(?:-s|--silent)\s+)?(?:run(?:-script)?\s+)?([\w:.-]+)$/;

/**
 * The part of a test command that certainly waits for changes and never ends; undefined where that is not certain. Scripts
 * of package.json that the command names are looked into.
 */
export function watchModeOf(
  command: string,
  packageJson: string | undefined,
  nesting = 0,
): string | undefined {
  for (const part of command.split(/&&|\|\||[;|&\n]/)) {
    const words = part
      .trim()
      .split(/\s+/)
      .filter((word) => !/^\w+=/.test(word));
    if (words[0] === 'npx' || words[0] === 'exec' || words[0] === 'cross-env') words.shift();
    const [program = '', ...rest] = words;
    const name = program.split('/').at(-1) ?? '';
    const isWatching =
      watchers.test(name) ||
      (name === 'cargo' && rest[0] === 'watch') ||
      (name === 'vitest' && rest[0] === 'watch') ||
      (watching.test(name) && rest.some((word) => /^--watch(?:-?[Aa]ll|-path=.*)?(?:=true)?$/.test(word))) ||
      (shortForm.test(name) && rest.includes('-w'));
    if (isWatching) return part.trim();
    const called = script.exec(part.trim())?.[1];
    const body = called === undefined ? undefined : scriptOf(packageJson, called);
    const inner =
      body !== undefined && nesting < maxNesting ? watchModeOf(body, packageJson, nesting + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** What tools print when they have run and wait for a file to change. */
export const watchWords =
  /Waiting for file changes|Watching for file changes|Watch Usage|waiting for changes before restart|press h to show help, press q to quit|PASS +Waiting|\[nodemon\] (?:watching|clean exit)|Watching for changes/i;

function scriptOf(packageJson: string | undefined, name: string): string | undefined {
  if (packageJson === undefined) return undefined;
  try {
    const parsed = packageFile.safeParse(JSON.parse(packageJson));
    return parsed.success ? parsed.data.scripts?.[name] : undefined;
  } catch {
    return undefined;
  }
}
