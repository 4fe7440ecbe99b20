import { blockingCodes, examined } from '../../testing/examined-change';

describe('examineChange on the examples of documentation', () => {
  const module = (example: string) =>
    `def add(a, b):\n    """Adds.\n\n    >>> add(1, 2)\n    3\n${example}    """\n    return a + b\n`;
  it.each([
    ['more', module('    >>> add(0, 1)\n    1\n    >>> [add(n, 1) for n in (1, 2)]\n    [2, 3]\n'), []],
    ['fewer', module(''), ['assertions_removed']],
    ['one that is skipped', module('    >>> add(0, 1)  # doctest: +SKIP\n    1\n'), ['test_skipped']],
    [
      'one that anything meets',
      module('    >>> add(0, 1)  # doctest: +ELLIPSIS\n    "..."\n'),
      ['assertion_weakened'],
    ],
  ])('reads %s', (_, after, expected) => {
    const before = module('    >>> add(0, 1)\n    1\n');
    const unchanged = { 'package.json': '{"scripts":{"test":"python3 -m doctest add.py"}}' };
    expect(blockingCodes(examined([{ path: 'add.py', before, after }], { unchanged }))).toEqual(expected);
  });
});
