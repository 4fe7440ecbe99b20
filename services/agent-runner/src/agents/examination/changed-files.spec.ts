import { err, failure, ok, type Result } from '@ymera/kernel';
import { absentMode } from '../../workspace/change-entries';
import { changedFiles } from './changed-files';

const file = '100644';
const unreadable = err(failure('internal', 'repository_unreadable', 'git was killed.'));

const tooLarge = 'more than anybody reads';

/** A repository that contains `texts` and nothing else. */
const repository = (
  entries: readonly (readonly [path: string, oldMode: string, newMode: string])[],
  texts: Readonly<Record<string, string>>,
) => ({
  changedFiles: () =>
    Promise.resolve(
      ok(
        entries.map(([path, oldMode, newMode]) => ({
          path,
          oldMode,
          newMode,
          oldObject: `${path} before`,
          newObject: `${path} after`,
        })),
      ),
    ),
  textOf: (object: string): Promise<Result<string | undefined>> => {
    const text = texts[object];
    if (text === tooLarge) return Promise.resolve(ok(undefined));
    return Promise.resolve(text === undefined ? unreadable : ok(text));
  },
});

describe('changedFiles', () => {
  it('returns both texts, null for a missing file and an empty text for a submodule', async () => {
    const entries = [
      ['new', absentMode, file],
      ['gone', file, absentMode],
      ['sub', '160000', '160000'],
    ] as const;
    const found = await changedFiles(repository(entries, { 'new after': 'n', 'gone before': 'g' }), 'base');
    expect(found).toEqual(
      ok([
        { path: 'new', before: null, after: 'n' },
        { path: 'gone', before: 'g', after: null },
        { path: 'sub', before: '', after: '' },
      ]),
    );
  });

  it('marks a file when one of its texts is too large', async () => {
    const found = await changedFiles(
      repository([['a', file, file]], { 'a before': tooLarge, 'a after': '' }),
      'base',
    );
    expect(found).toEqual(ok([{ path: 'a', before: '', after: '', isTooLarge: true }]));
  });

  it.each([{ 'a before': 'one' }, { 'a after': 'two' }])(
    'fails instead of returning an empty text when git cannot read a file',
    async (texts) => {
      expect(await changedFiles(repository([['a', file, file]], texts), 'base')).toEqual(unreadable);
    },
  );
});
