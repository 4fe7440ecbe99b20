import { accessSync, constants, statSync } from 'node:fs';
import type { ViewNode } from './host-view';

/** They are copied twice, into memory; a file that is not writable on the host needs no copy. */
const maxCopyBytes = 4_194_304;
const maxCopyCount = 16;

/**
 * A view whose files are writable, as on the host, because they are copies. Paths of a command line come last in a
 * view, and first here.
 */
export function withCopies(view: readonly ViewNode[]): readonly ViewNode[] {
  const isSmall = ({ kind, path }: ViewNode) => {
    const status = kind === 'file' ? statSync(path, { throwIfNoEntry: false }) : undefined;
    return status?.isFile() === true && status.size <= maxCopyBytes && isWritable(path);
  };
  const copied = new Set(view.filter(isSmall).slice(-maxCopyCount));
  return view.map((node) => (node.kind === 'file' && copied.has(node) ? { ...node, isCopied: true } : node));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
