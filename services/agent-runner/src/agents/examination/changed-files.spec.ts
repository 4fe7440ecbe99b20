import { err, failure, ok, type Result } from '@ymera/kernel';
import { absentMode } from '../../workspace/change-entries';
import { changedFiles } from './changed-files';

const file = '100644';
const unreadable = err(failure('internal', 'repository_unreadable', 'git was killed.'));

const tooLarge = 'more than anybody reads';

/** A repository in which `texts` can be read, and nothing else. */
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

describe('the files of a change', () => {
  it('come with both texts; what is absent has none, and another repository an empty one', async () => {
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

  it('are marked when one of their texts is too large to be looked into', async () => {
    const found = await changedFiles(
      repository([['a', file, file]], { 'a before': tooLarge, 'a after': '' }),
      'base',
    );
    expect(found).toEqual(ok([{ path: 'a', before: '', after: '', isTooLarge: true }]));
  });

  it.each([{ 'a before': 'one' }, { 'a after': 'two' }])(
    'are not taken for empty when git cannot read one of them',
    async (texts) => {
      expect(await changedFiles(repository([['a', file, file]], texts), 'base')).toEqual(unreadable);
    },
  );
});
