import { blockingCodes, examined } from '../../testing/examined-change';

describe('examineChange on a program of Python that asserts', () => {
  const check = 'from add import add\n\nassert add(1, 2) == 3\nassert add(0, 1) == 1\n';
  const findings = (after: string) =>
    examined([{ path: 'checks.py', before: check, after }], {
      unchanged: { 'package.json': '{"scripts":{"test":"python3 checks.py"}}' },
    });
  it.each([
    ['adds what it asserts', `${check}assert add(2, 2) == 4\n`, []],
    ['asserts less', check.replace('assert add(0, 1) == 1\n', ''), ['assertions_removed']],
    ['expects something else', check.replace('== 3', '== 4'), ['assertion_changed?']],
    [
      'asserts under a condition',
      check.replace('assert add(0', 'if FULL: assert add(0'),
      ['assertion_conditional'],
    ],
    [
      'asserts a tuple',
      check.replace('assert add(1, 2) == 3', 'assert (add(1, 2) == 3, "adds")'),
      ['assertion_weakened'],
    ],
  ])('reports that it %s', (_, after, expected) => {
    expect(blockingCodes(findings(after))).toEqual(expected);
  });
});
