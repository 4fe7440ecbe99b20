import { asInRepository } from './repository-paths';

const shown = (text: string) => asInRepository(text, '/ymera/workspace');

describe('what a tool printed, as the repository has it', () => {
  it.each([
    ['a frame', 'at file:///ymera/workspace/test/sum.test.mjs:3:1', 'at test/sum.test.mjs:3:1'],
    ['a quoted path', "Cannot find '/ymera/workspace/src/a.mjs'", "Cannot find 'src/a.mjs'"],
    ['each of many', '/ymera/workspace/a:/ymera/workspace/.b', 'a:.b'],
    ['the root itself', 'path /ymera/workspace\nin /ymera/workspace/', 'path .\nin ./'],
  ])('%s', (_, printed, expected) => {
    expect(shown(printed)).toBe(expected);
  });

  it.each(['/ymera/workspaces/x', '/home/ymera/workspace/x', 'ymera/workspace', '/ymera/workspace-2/x'])(
    'leaves %s, which is another one',
    (printed) => {
      expect(shown(printed)).toBe(printed);
    },
  );

  it('takes the root literally', () => {
    expect(asInRepository('/a+b (1)/copy/x', '/a+b (1)/copy')).toBe('x');
  });
});
