import type { Combination } from './combination';
import { missingPrograms } from './needs';

const combination: Combination = {
  id: 'a',
  language: 'Go',
  tool: 'go test',
  packageManager: 'none',
  shape: 'a module',
  needs: ['go', 'npm-registry'],
  files: {},
  trials: [],
};

describe('the programs that combinations need', () => {
  it('are named once, with the package that contains them', () => {
    expect(missingPrograms([combination, combination], () => false)).toEqual([
      'go is missing (Debian: golang-go)',
    ]);
  });

  it('are not named when they are installed', () => {
    expect(missingPrograms([combination], () => true)).toEqual([]);
  });
});
