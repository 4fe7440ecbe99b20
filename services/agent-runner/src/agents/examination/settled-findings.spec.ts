import type { Intent } from '@ymera/contracts';
import type { IntegrityFinding } from '../../tools/integrity/findings';
import type { FixTrials, TestTrial } from './fix-evidence';
import { needsTrials, settledFindings } from './settled-findings';

const changed = (needsTrial: Partial<IntegrityFinding['needsTrial'] & object> = {}): IntegrityFinding => ({
  code: 'assertion_changed',
  severity: 'high',
  message: 'The expectation of "adds" was changed.',
  needsTrial: { isRelated: true, isNamed: false, titles: ['sum > adds'], ...needsTrial },
});
const passed: TestTrial = { hasPassed: true, failures: [], namesAll: true };
const failed = (name: string): TestTrial => ({
  hasPassed: false,
  failures: [{ name, kind: 'assertion', message: name, evidence: '' }],
  namesAll: true,
});
const newBehaviour: FixTrials = { afterWithOldTests: failed('adds'), beforeWithNewTests: failed('adds') };

describe('settledFindings', () => {
  it.each<
    [
      title: string,
      finding: IntegrityFinding,
      intent: Intent,
      trials: FixTrials | undefined,
      severity: string,
      request?: string,
    ]
  >([
    ['new behaviour that is asked for', changed(), 'FEATURE', newBehaviour, 'medium'],
    ['a fault that the test had as well', changed(), 'DEBUG', newBehaviour, 'medium'],
    ['new behaviour where none may be', changed(), 'ENHANCE', newBehaviour, 'high'],
    ['new behaviour of something else', changed({ isRelated: false }), 'FEATURE', newBehaviour, 'high'],
    [
      'a test that still passes as it was',
      changed(),
      'ENHANCE',
      { afterWithOldTests: passed, beforeWithNewTests: failed('adds') },
      'medium',
    ],
    [
      'another test that fails as it was',
      changed(),
      'FEATURE',
      { afterWithOldTests: failed('divides'), beforeWithNewTests: failed('adds') },
      'high',
    ],
    [
      'a test that passes without the change',
      changed(),
      'DEBUG',
      { afterWithOldTests: failed('adds'), beforeWithNewTests: passed },
      'high',
    ],
    ['a value that the request names', changed({ isNamed: true }), 'ENHANCE', undefined, 'medium'],
    ['another arrangement', changed(), 'ENHANCE', newBehaviour, 'high'],
    ['no trial', changed(), 'FEATURE', {}, 'high'],
    [
      'a weaker helper, without which the tests fail',
      changed({ isHelper: true, titles: [] }),
      'FEATURE',
      { ...newBehaviour, afterWithOldTests: passed, afterWithOldHelpers: failed('subtracts') },
      'medium',
    ],
    [
      'the same about a subject that the request does not mention',
      changed({ isHelper: true, isRelated: false, titles: [] }),
      'FEATURE',
      { ...newBehaviour, afterWithOldTests: passed, afterWithOldHelpers: failed('subtracts') },
      'high',
    ],
    [
      'a helper that the tests need not',
      changed({ isHelper: true, isRelated: false, titles: [] }),
      'FEATURE',
      { ...newBehaviour, afterWithOldHelpers: passed },
      'medium',
    ],
    [
      'new behaviour under a request to improve existing code',
      changed(),
      'ENHANCE',
      newBehaviour,
      'medium',
      'merge should append lists',
    ],
  ])('sets the severity of %s', (_, finding, intent, trials, severity, request = 'make it faster') => {
    const [settled] = settledFindings([finding], { intent, request }, trials);
    expect(settled).toMatchObject({ code: 'assertion_changed', severity });
    expect(settled).not.toHaveProperty('needsTrial');
  });

  it('does not change other findings', () => {
    const finding = { code: 'test_skipped', severity: 'high', message: 'x' } as const;
    expect(settledFindings([finding], { intent: 'FEATURE', request: 'x' }, newBehaviour)).toEqual([finding]);
    expect(needsTrials([finding])).toBe(false);
    expect(needsTrials([changed()])).toBe(true);
    expect(needsTrials([changed({ isNamed: true })])).toBe(false);
  });
});
