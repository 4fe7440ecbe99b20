import type { PatchFailure } from '../../application/ports';
import type { GitError } from './git';

const leavesRepository = /invalid path '(.+)'|affected file '(.+)' is beyond a symbolic link/;
const outOfMemory = /out of memory|cannot allocate memory|attempting to allocate|memory exhausted/i;
const failedHunk = /^error: patch failed: (.+):\d+$/;
const failedFile = /^error: (.+): (?:patch does not apply|does not exist in index|already exists in index)/;
const maxMessageLength = 1000;

/** Sorts git's words (LC_ALL=C) about a patch into our codes. What is not recognised is an invalid patch. */
export function explainPatchFailure({ stderr, end }: GitError): PatchFailure {
  const lines = stderr.split('\n').filter((line) => /^(error|fatal):/.test(line));
  const message = lines.slice(0, 5).join('; ').slice(0, maxMessageLength);
  const outside = lines.flatMap((line) => {
    const [, invalid, beyond] = leavesRepository.exec(line) ?? [];
    return invalid ?? beyond ?? [];
  });
  if (outside.length > 0) return { code: 'change_outside', message, files: outside };
  if (outOfMemory.test(stderr) || end.kind === 'killed' || end.kind === 'too_much_output')
    return { code: 'change_too_large', message: 'The patch unpacks to more than is allowed.', files: [] };
  const files = lines.flatMap((line) => (failedHunk.exec(line) ?? failedFile.exec(line))?.[1] ?? []);
  return {
    code: 'patch_invalid',
    message: message === '' ? 'git cannot read the patch.' : message,
    files: [...new Set(files)],
  };
}
