import { execFileSync } from 'node:child_process';
import { shellWords } from './shell-words';

const texts = (line: string) => shellWords(line).map(({ text }) => text);

describe('shellWords', () => {
  it.each([
    'my-agent --fast',
    `'/home/me/my tools/agent.py' --fast`,
    `"/home/me/my tools/agent.py"  --say "it's \\"so\\" \\\\ here"`,
    `/home/me/my\\ tools/agent.py x\\'y ''`,
    `pre'fix 'and" so "on\tafter\\\nwards`,
    `--config='/a b/c.json' # a comment`,
    `a"b"'c'd`,
  ])('splits like the shell: %s', (line) => {
    const asked = execFileSync('sh', ['-c', `for word in ${line}\ndo printf '%s\\0' "$word"; done`], {
      encoding: 'utf8',
    });
    expect(texts(line)).toEqual(asked.split('\0').slice(0, -1));
  });

  it('returns positions including quotes', () => {
    const line = `run  'a b'\\ c;x`;
    expect(shellWords(line).map(({ start, end }) => line.slice(start, end))).toEqual([
      'run',
      `'a b'\\ c`,
      'x',
    ]);
  });

  it.each([
    ['cat|agent 2>&1 >log', ['cat', 'agent', '2', '1', 'log']],
    ['cd src&&(agent;true)||false', ['cd', 'src', 'agent', 'true', 'false']],
    ['a b\nc d', ['a', 'b', 'c', 'd']],
    ['<task agent', ['task', 'agent']],
  ])('splits at operators: %s', (line, expected) => {
    expect(texts(line)).toEqual(expected);
  });

  it('marks words with expansions', () => {
    const line = `plain '$x' "$x" "\\$x" $x *.mjs ~/x '~/x'`;
    const kinds = shellWords(line).map(({ isLiteral, isBelowHome }) => [isLiteral, isBelowHome]);
    const [literal, replaced] = [
      [true, false],
      [false, false],
    ];
    expect(kinds).toEqual([literal, literal, replaced, literal, replaced, replaced, [true, true], literal]);
  });

  it('ends at the end of the line, also with an open quote', () => {
    expect(texts(`agent 'never closed`)).toEqual(['agent', 'never closed']);
    expect(texts('agent "never closed')).toEqual(['agent', 'never closed']);
    expect(texts('agent \\')).toEqual(['agent', '']);
    expect(texts('agent >')).toEqual(['agent']);
  });
});
