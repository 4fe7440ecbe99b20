import { GitError } from './git';
import { explainPatchFailure } from './patch-failure';

const ended = (code: number, stderr: string) => new GitError('apply', { kind: 'exited', code }, stderr);
const killed = (signal: string) => new GitError('apply', { kind: 'killed', signal }, '');

describe('patchFailure', () => {
  it.each<[string, Error]>([
    ['killed by the kernel or an operator', killed('SIGKILL')],
    ['stopped with the service', killed('SIGTERM')],
    [
      'a full disk under the objects',
      ended(128, 'fatal: unable to write loose object file: No space left on device\n'),
    ],
    [
      'a full disk under the index',
      ended(128, "fatal: sha1 file '/d/b/index.lock' write error. Out of diskspace\n"),
    ],
    ['no file left to open', ended(128, "fatal: Unable to create '/d/b/index.lock': Too many open files\n")],
    ['a lock of another process', ended(128, "fatal: Unable to create '/d/b/index.lock': File exists.\n")],
    [
      'a folder of another user',
      ended(128, 'error: insufficient permission for adding an object to repository database /d\n'),
    ],
    [
      'a broken object',
      ended(128, 'error: object file /d/o is empty\nfatal: loose object 0ff3 (stored in /d/o) is corrupt\n'),
    ],
    ['a missing folder', ended(128, "error: '--cached' outside a repository\n")],
    ['no git binary', new Error('spawn git ENOENT')],
  ])('throws an error that is not caused by the patch: %s', (_, error) => {
    expect(() => explainPatchFailure(error)).toThrow(error);
  });

  it.each<[string, GitError, string]>([
    ['a crash', killed('SIGSEGV'), 'change_too_large'],
    ['endless output', new GitError('apply', { kind: 'too_much_output' }, ''), 'change_too_large'],
    ['no memory within its limit', ended(128, 'fatal: Out of memory, malloc failed\n'), 'change_too_large'],
    ['no patch', ended(128, 'error: corrupt patch at line 6\n'), 'patch_invalid'],
    [
      'a file named like a full disk',
      ended(1, 'error: No space left on device: does not exist in index\n'),
      'patch_invalid',
    ],
  ])('returns a failure that is caused by the patch: %s', (_, error, code) => {
    expect(explainPatchFailure(error)).toMatchObject({ code });
  });
});
