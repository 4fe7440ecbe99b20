import { GroupCommit } from './group-commit';

describe('GroupCommit', () => {
  it('gives each submission the outcomes of its own items', async () => {
    const groups: number[][] = [];
    const commit = new GroupCommit<number, string>(4, async (items) => {
      groups.push([...items]);
      return items.map((item) => `done ${item}`);
    });
    const outcomes = await Promise.all(
      [[1], [2, 3], [4, 5], [6, 7, 8, 9, 10], []].map((items) => commit.submit(items)),
    );
    expect(outcomes).toEqual([
      ['done 1'],
      ['done 2', 'done 3'],
      ['done 4', 'done 5'],
      ['done 6', 'done 7', 'done 8', 'done 9', 'done 10'],
      [],
    ]);
    expect(groups).toEqual([[1], [2, 3, 4, 5], [6, 7, 8, 9, 10], []]);
  });

  it('fails only the submission at fault', async () => {
    const commit = new GroupCommit<number, number>(100, async (items) => {
      if (items.includes(13)) throw new Error('poison');
      return [...items];
    });
    const results = await Promise.allSettled([[1], [13], [2]].map((items) => commit.submit(items)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await commit.submit([3])).toEqual([3]);
  });
});
