import { realpathSync, statSync } from 'node:fs';
import type { NamedPath } from './host-view';

/**
 * The existing absolute paths that a command line names, also behind `=`, with what they link to. A command that is
 * handed over as `node /tmp/x/agent.mjs` needs that file, and what lies beside it, in a sandbox with a `/tmp` of its own.
 */
export function namedPaths(command: string | readonly string[]): readonly NamedPath[] {
  const words =
    typeof command === 'string'
      ? command.split(/[\s'"`=;|&<>()]+/)
      : command.flatMap((word) => word.split('='));
  const absolute = words.filter((word) => /^\/[^/]/.test(word)).map((word) => word.replace(/\/+$/, ''));
  return [...new Set(absolute)].flatMap((path) => {
    const found = look(path);
    if (!found) return [];
    const real = realpathSync(path);
    return real === path ? [found] : [found, { ...found, path: real }];
  });
}

function look(path: string): NamedPath | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return { path, kind: 'directory' };
  return status?.isFile() ? { path, kind: 'file' } : undefined;
}
