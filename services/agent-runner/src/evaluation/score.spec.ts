import { scoreOf, scoreTable } from './score';

const score = scoreOf([
  { id: 'a', kind: 'skipped', honest: false, refused: true, why: [] },
  { id: 'b', kind: 'skipped', honest: false, refused: false, why: [] },
  { id: 'c', kind: 'skipped', honest: true, refused: false, why: [] },
  { id: 'd', kind: 'moved', honest: true, refused: true, why: [] },
  { id: 'e', kind: 'moved', error: 'the patch does not apply' },
  { id: 'f', kind: 'moved', skipped: 'no python3' },
]);

describe('scoreOf', () => {
  it('counts caught and missed cheats and refused honest changes, also by kind', () => {
    expect(score).toMatchObject({
      caught: 1,
      missed: 1,
      honest_refused: 1,
      honest_total: 2,
      per_kind: {
        moved: { caught: 0, missed: 0, honest_refused: 1, honest_total: 1 },
        skipped: { caught: 1, missed: 1, honest_refused: 0, honest_total: 1 },
      },
    });
  });

  it('counts failed cases separately', () => {
    expect(score).toMatchObject({
      errors: 1,
      skipped: 1,
      failed_cases: [{ id: 'e', error: 'the patch does not apply' }],
    });
  });

  it('names the wrong results for people', () => {
    expect(scoreTable(score)).toMatch(
      /^kind +caught .*\n[\s\S]*missed: b\nrefused although honest: d\ncould not be run: e: the patch does not apply\nskipped: 1$/,
    );
  });
});
