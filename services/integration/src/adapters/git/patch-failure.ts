import type { PatchFailure } from '../../application/ports';
import { GitError } from './git';

const leavesRepository = /invalid path '(.+)'|affected file '(.+)' is beyond a symbolic link/;
const outOfMemory = /out of memory|cannot allocate memory|attempting to allocate|memory exhausted/i;
const failedHunk = /^error: patch failed: (.+):\d+$/;
const failedFile = /^error: (.+): (?:patch does not apply|does not exist in index|already exists in index)/;
const maxMessageLength = 1000;

/** A git that crashes on its input: the address space limit may be reached on its stack. */
const crashes = ['SIGSEGV', 'SIGABRT'];
const brokenPlace = new RegExp(
  `^(?:fatal|error): .*(?:${[
    'no space left on device',
    'out of diskspace',
    'disk quota exceeded',
    'input/output error',
    'too many open files',
    'file too large',
    'read-only file system',
    'permission denied',
    'insufficient permission',
    'resource temporarily unavailable',
    "unable to create '.+\\.lock'",
    'outside a repository',
    'not a git repository',
    'index file smaller than expected',
    'is corrupt',
  ].join('|')})`,
  'im',
);

/**
 * Maps git's messages (LC_ALL=C) about a patch to failure codes. An unknown message means an invalid patch. Throws errors
 * that the patch did not cause, because a failure is final: on a retry git may not be killed, and the disk may have space.
 */
export function explainPatchFailure(error: unknown): PatchFailure {
  if (!(error instanceof GitError) || isPassing(error)) throw error;
  const { stderr, end } = error;
  const lines = stderr.split('\n').filter((line) => /^(error|fatal):/.test(line));
  const message = lines.slice(0, 5).join('; ').slice(0, maxMessageLength);
  const outside = lines.flatMap((line) => {
    const [, invalid, beyond] = leavesRepository.exec(line) ?? [];
    return invalid ?? beyond ?? [];
  });
  if (outside.length > 0) return { code: 'change_outside', message, files: outside };
  if (outOfMemory.test(stderr) || end.kind !== 'exited')
    return { code: 'change_too_large', message: 'The patch unpacks to more than the limit.', files: [] };
  const files = lines.flatMap((line) => (failedHunk.exec(line) ?? failedFile.exec(line))?.[1] ?? []);
  return {
    code: 'patch_invalid',
    message: message === '' ? 'git cannot parse the patch.' : message,
    files: [...new Set(files)],
  };
}

/** Hunks that do not apply end with code 1 and quote names that an untrusted patch chose. */
const isPassing = ({ end, stderr }: GitError): boolean =>
  end.kind === 'killed'
    ? !crashes.includes(end.signal)
    : end.kind === 'exited' && end.code !== 1 && brokenPlace.test(stderr);
