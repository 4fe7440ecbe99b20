import { blockingCodes, examined } from '../../testing/examined-change';
import type { ChangedFile } from '../../tools/integrity/changed-file';
import { unseenFiles } from './unseen-files';

const large = (path: string, file: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  before: '',
  after: '',
  isTooLarge: true,
  ...file,
});
const codes = (files: readonly ChangedFile[]) => [
  ...blockingCodes(examined(files, { intent: 'FEATURE' })),
  ...unseenFiles(files).map(({ code }) => code),
];

describe('unseenFiles', () => {
  it.each<[title: string, file: ChangedFile, codes: readonly string[]]>([
    ['holds tests and was changed', large('test/all.test.mjs'), ['test_not_examined']],
    ['held tests and was emptied', large('src/all_test.go'), ['test_not_examined']],
    [
      'holds what was a few tests',
      large('a.spec.ts', { before: "it('adds', () => expect(1).toBe(add(0, 1)));" }),
      ['test_not_examined'],
    ],
    ['held tests and is gone', large('test/all.test.mjs', { after: null }), ['test_deleted']],
    ['holds new tests', large('test/all.test.mjs', { before: null }), ['file_not_examined']],
    ['holds the product', large('src/all.mjs'), ['file_not_examined']],
    ['was packed by a tool', large('dist/all.js'), ['generated_changed_alone']],
    ['is gone', large('src/all.mjs', { after: null }), []],
  ])('reports a file that is too large: %s', (_, file, expected) => {
    expect(codes([file])).toEqual(expected);
  });

  it('treats a deleted file as not moved, whatever else is unexamined', () => {
    const gone = large('test/all.test.mjs', { after: null });
    const empty: ChangedFile = { path: 'test/none.test.mjs', before: null, after: '' };
    expect(codes([gone, empty])).toEqual(['test_deleted']);
  });

  it('blocks the change when the file contains tests', () => {
    expect(unseenFiles([large('test/all.test.mjs')])).toMatchObject([
      { severity: 'high', file: 'test/all.test.mjs' },
    ]);
    expect(unseenFiles([large('src/all.mjs')])).toMatchObject([{ severity: 'medium' }]);
  });
});
