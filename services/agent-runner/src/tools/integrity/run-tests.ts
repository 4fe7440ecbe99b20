import { posix } from 'node:path';
import type { SyntaxFile } from '../syntax/syntax';
import { constantText, walk } from '../syntax/walk';

/** Default patterns of runners whose command names no file. */
const defaults: readonly (readonly [runner: RegExp, files: RegExp])[] = [
  [
    /\bnode\b.*\s--test\b/,
    /(?:^|\/)test\/.*\.[cm]?[jt]s$|(?:^|\/)(?:test|test-[^/]*|[^/]*[._-]test)\.[cm]?[jt]s$/,
  ],
  [/\bvitest\b/, /\.(?:test|spec)\.[cm]?[jt]sx?$/],
  [/\bjest\b/, /(?:^|\/)__tests__\/.*\.[jt]sx?$|(?:^|\/)(?:[^/]*\.)?(?:test|spec)\.[cm]?[jt]sx?$/],
  [/\bpytest\b/, /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/],
  [/\bunittest\b/, /(?:^|\/)test[^/]*\.py$/],
  [/\bgo test\b/, /_test\.go$/],
];

/** A script's name is no file. */
const script = /\b(?:npm|pnpm|yarn|bun)\s+(?:run(?:-script)?\s+)?[\w:.-]+/g;

/** Whether the test command runs a file, if its words show that; undefined otherwise. */
export function isRunBy(command: string, path: string, paths: ReadonlySet<string>): boolean | undefined {
  const words = command
    .replaceAll(script, ' ')
    .split(/[\s'"]+/)
    .map((word) => word.replace(/^\.\//, ''))
    .filter((word) => word !== '' && !word.startsWith('-'));
  const isFolder = (word: string) => [...paths].some((one) => one.startsWith(`${word.replace(/\/$/, '')}/`));
  const named = words.filter((word) =>
    paths.has(word) ? /[._-](?:test|spec)s?\.|test/.test(word) : /[*?]/.test(word) || isFolder(word),
  );
  const usual = defaults.find(([runner]) => runner.test(command))?.[1];
  if (named.length === 0) return usual?.test(path);
  const isNamed = named.some(
    (word) =>
      path === word ||
      path.startsWith(`${word.replace(/\/$/, '')}/`) ||
      (/[*?]/.test(word) && posix.matchesGlob(path, word)),
  );
  // A program of the project's own runs the files that it finds.
  return isNamed || usual !== undefined || named.some((word) => !paths.has(word)) ? isNamed : undefined;
}

/** Whether test programs of the project look for a file of this name: `name.endsWith('.spec.js')`. */
export function filesPickedBy(programs: readonly SyntaxFile[]): (path: string) => boolean {
  const picks: ((path: string) => boolean)[] = [];
  for (const { body } of programs)
    walk(body, (node) => {
      if (node.kind !== 'call' || node.callee.kind !== 'member') return;
      const { object, property } = node.callee;
      const ending = node.args[0] && constantText(node.args[0]);
      if ((property === 'endsWith' || property === 'endswith') && ending)
        picks.push((path) => path.endsWith(ending));
      // `/\.spec\.js$/.test(name)`
      const pattern = property === 'test' && object.kind === 'literal' && patternOf(object.value);
      if (pattern) picks.push((path) => pattern.test(path));
    });
  return (path) => picks.some((pick) => pick(path));
}

function patternOf(text: string): RegExp | undefined {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  try {
    return source === undefined ? undefined : new RegExp(source, flags?.replaceAll(/[gy]/g, ''));
  } catch {
    return undefined;
  }
}
