import { realpathSync, statSync } from 'node:fs';
import type { NamedPath } from './host-view';
import { shellWords } from './shell-words';

/**
 * The absolute paths that a command line names, also behind `=`, if they or their folder exist, with their link targets. A
 * command given as `node /tmp/x/agent.mjs` needs that file, and those beside it, in a sandbox with a private `/tmp`.
 */
export function namedPaths(command: string | readonly string[]): readonly NamedPath[] {
  const words =
    typeof command === 'string'
      ? shellWords(command).flatMap(({ text }) => [...named(text), ...within(text)])
      : command.flatMap(named);
  const absolute = words.filter((word) => /^\/[^/]/.test(word)).map((word) => word.replace(/\/+$/, ''));
  return [...new Set(absolute)].flatMap((path) => {
    const found = statPath(path) ?? folderOf(path);
    if (!found) return [];
    const real = realpathSync(found.path);
    return real === found.path ? [found] : [found, { ...found, path: real }];
  });
}

/** A word, and the value of an option. */
const named = (word: string): readonly string[] => [word, word.slice(word.indexOf('=') + 1)];

/** A word may itself be a command line (`sh -c '...'`) or a program that names files. */
const within = (word: string): readonly string[] => [
  ...shellWords(word).flatMap(({ text }) => named(text)),
  ...word.split(/[\s'"`=;|&<>()]+/),
];

/** A missing file may be created: it is visible only if its folder is. A folder like `/tmp` always is. */
function folderOf(path: string): NamedPath | undefined {
  const folder = path.slice(0, path.lastIndexOf('/'));
  const found = folder.lastIndexOf('/') > 0 ? statPath(folder) : undefined;
  return found?.kind === 'directory' ? found : undefined;
}

function statPath(path: string): NamedPath | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return { path, kind: 'directory' };
  return status?.isFile() ? { path, kind: 'file' } : undefined;
}
