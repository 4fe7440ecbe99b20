import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitFixture } from '../testing/git-fixture';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { patchText } from '../testing/patch-text';
import type { Workspace } from './workspace';

jest.setTimeout(30_000);

const repository = new GitFixture();
const sandbox = new SandboxFixture();
const workspaces = sandbox.workspaces(join(sandbox.folder, 'workspaces'));
// Before the attributes: git stores the line ends unchanged.
repository.commit({
  'a.bat': 'one\r\ntwo\r\n',
  'deep/b.bat': 'three\r\n',
  'c.txt': 'c\n',
  ' d.bat': 'four\r\n',
});
writeFileSync(join(repository.folder, '.gitattributes'), '* text eol=lf\n');
repository.git('add', '.gitattributes');
repository.git('commit', '--quiet', '--message', 'attributes');
const commit = repository.git('rev-parse', 'HEAD');

afterAll(() => {
  repository.close();
  sandbox.close();
});

async function changed(change: (copy: string) => void): ReturnType<Workspace['collectChange']> {
  const workspace = await workspaces.prepare({ url: repository.folder, commit });
  if (!workspace.ok) throw new Error(workspace.error.message);
  change(workspace.value.copy);
  const result = await workspace.value.collectChange();
  await workspace.value.close();
  return result;
}

async function touched(change: (copy: string) => void): Promise<string | readonly string[]> {
  const result = await changed(change);
  if (!result.ok) return result.error.code;
  return [...patchText(result.value).matchAll(/^diff --git a\/(.*) b\/|^(?:new|old) mode .*$/gm)].map(
    ([line, path]) => path ?? line,
  );
}

const write = (path: string, content: string) => (copy: string) => writeFileSync(join(copy, path), content);

describe('a change in a repository whose line ends violate its attributes', () => {
  it.each<[title: string, change: (copy: string) => void, expected: string | readonly string[]]>([
    ['of nothing is empty', () => undefined, 'change_empty'],
    [
      'that writes a file as it was is empty',
      (copy) => {
        const text = readFileSync(join(copy, 'a.bat'));
        rmSync(join(copy, 'a.bat'));
        writeFileSync(join(copy, 'a.bat'), text);
      },
      'change_empty',
    ],
    ['holds the file that was touched alone', write('c.txt', 'C\n'), ['c.txt']],
    ['holds such a file when it was touched', write('a.bat', 'one\r\n2\r\n'), ['a.bat']],
    ['holds new line ends when they were put right', write('a.bat', 'one\ntwo\n'), ['a.bat']],
    [
      'of the permissions of such a file contains only these',
      (copy) => chmodSync(join(copy, 'deep/b.bat'), 0o755),
      ['deep/b.bat', 'old mode 100644', 'new mode 100755'],
    ],
    ['of the attributes is of these alone', write('.gitattributes', '* -text\n'), ['.gitattributes']],
  ])('%s', async (_, change, expected) => {
    expect(await touched(change)).toEqual(expected);
  });

  it('is a patch that applies to the base', async () => {
    const change = await changed(write('a.bat', 'one\r\n2\r\n'));
    if (!change.ok) throw new Error(change.error.message);
    execFileSync('git', ['apply', '--cached', '-'], {
      cwd: repository.folder,
      input: patchText(change.value),
    });
    expect(repository.git('show', ':a.bat')).toBe('one\n2');
    expect(repository.git('show', ':deep/b.bat')).toBe('three');
    expect(repository.git('diff', '--cached', '--name-only')).toBe('a.bat');
    repository.git('reset', '--quiet', '--hard');
  });
});
