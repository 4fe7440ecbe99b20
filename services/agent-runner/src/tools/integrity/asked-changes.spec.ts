import { blockingCodes, examined, type ExaminedChange } from '../../testing/examined-change';
import type { ChangedFile } from './changed-file';

const changed = (path: string, before: string, after: string): readonly ChangedFile[] => [
  { path, before, after },
  { path: 'src/render.mjs', before: 'export const render = 1;\n', after: 'export const render = 2;\n' },
];
const codes = (files: readonly ChangedFile[], change: ExaminedChange) =>
  blockingCodes(examined(files, change));

describe('examineChange on changes that a request asks for', () => {
  it('accepts a changed benchmark when the request is about the benchmark', () => {
    const files = changed('bench/render.bench.mjs', 'console.log(1);\n', 'console.log(median(9));\n');
    const asked = 'The benchmark is noisy. Make it report the median of 9 rounds';
    expect(codes(files, { request: asked })).toEqual([]);
    expect(codes(files, { request: 'Rendering is slow. Make it faster' })).toEqual(['benchmark_changed']);
  });

  it('does not treat a document as a generated file', () => {
    const text = 'vendor/ is a copy; do not edit.\n';
    expect(codes(changed('README.md', text, `${text}More.\n`), { request: 'Describe rendering' })).toEqual(
      [],
    );
  });

  it('runs the tests with the old fixtures of any folder', () => {
    const files = changed(
      'fixtures/nesting.html',
      '<strong>a <em>b</em></strong>\n',
      '<strong>a *b*</strong>\n',
    );
    expect(codes(files, { intent: 'DEBUG', request: 'The fixture "nesting" fails' })).toEqual([
      'test_data_changed?',
    ]);
  });
});
