import fc from 'fast-check';
import { asInRepository, pathsInRepository } from './repository-paths';

const shown = (text: string) => asInRepository(text, '/ymera/workspace');

describe('repositoryPaths', () => {
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

  it('matches the root literally', () => {
    expect(asInRepository('/a+b (1)/copy/x', '/a+b (1)/copy')).toBe('x');
  });
});

describe('repositoryPaths in chunks', () => {
  const root = '/ymera/workspace';
  const streamed = (chunks: readonly string[]) => {
    const seen: string[] = [];
    const stream = pathsInRepository(root, (text) => seen.push(text));
    for (const chunk of chunks) stream.push(chunk);
    const beforeEnd = [...seen];
    stream.end();
    return { text: seen.join(''), beforeEnd };
  };

  it('gives the same text for every splitting', () => {
    const piece = fc.constantFrom(
      ...['/ymera/', 'workspace', '/ymera/workspace', '/', 'file://', 'f', 'x', '.', '-2', '\n', ' ', 'é'],
      ...['/ymera/workspace/src/a.mjs', '/home/ymera/workspace/', '/ymera/work'],
    );
    fc.assert(
      fc.property(fc.array(piece), (chunks) => {
        const text = chunks.join('');
        expect(streamed(chunks).text).toBe(shown(text));
        expect(streamed([...text]).text).toBe(shown(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('holds back only the possible beginning of a path', () => {
    expect(streamed(['1 of 3\n', 'at /ymera', '/workspace/a: ok', '.']).beforeEnd).toEqual([
      '1 of 3\n',
      'at ',
      'a: ok',
      '.',
    ]);
  });
});
