import type { MutationPlan, NamedTest } from '../../tools/mutation/mutation-plan';
import type { TestTrial } from './fix-evidence';
import { pseudoTested, suspectsOf, type MutationTrials } from './pseudo-tested';

const passed: TestTrial = { hasPassed: true, failures: [], namesAll: true, total: 2 };
const failed = (...names: readonly string[]): TestTrial => ({
  hasPassed: false,
  failures: names.map((name) => ({ name, kind: 'assertion' as const, message: name, evidence: '' })),
  namesAll: true,
  total: 2,
});
const named = (name: string, isNew = false): NamedTest => ({ name, file: 'test/a.test.mjs', line: 1, isNew });
const tests = [named('adds'), named('doubles')];
const plan = (more: Partial<MutationPlan> = {}): MutationPlan => ({ before: [], after: [], tests, ...more });
const said = (trials: Omit<MutationTrials, 'total'>, given = plan()) =>
  pseudoTested({ ...trials, total: 2 }, given).map(({ code, severity, message }) => [
    code,
    severity,
    /"(\w+)"/.exec(message)?.[1] ?? '',
  ]);

describe('pseudoTested', () => {
  it('accepts tests that fail on an emptied product', () => {
    expect(suspectsOf({ throwing: failed('adds', 'doubles'), total: 2 }, tests)).toBeUndefined();
  });

  it('reports tests that all pass on an emptied product and failed before', () => {
    const trials = { throwing: passed, before: failed('adds', 'doubles'), returning: passed };
    expect(said(trials)).toEqual([['tests_prove_nothing', 'high', '']]);
    expect(said({ ...trials, before: passed })).toEqual([]);
    expect(said({ ...trials, returning: failed('adds', 'doubles') })).toEqual([]);
  });

  it('names the passing tests when others fail', () => {
    const trials = {
      throwing: failed('doubles'),
      before: failed('adds', 'doubles'),
      returning: failed('test/a.test.mjs::doubles'),
    };
    expect(said(trials)).toEqual([['test_proves_nothing', 'high', 'adds']]);
  });

  it('accepts a test that passes with throwing or with empty functions, but not with both', () => {
    const before = failed('adds', 'doubles');
    expect(said({ throwing: failed('doubles'), before, returning: failed('adds', 'doubles') })).toEqual([]);
  });

  it('accepts tests that passed on the emptied base too', () => {
    const trials = { throwing: failed('doubles'), before: failed('doubles'), returning: failed('doubles') };
    expect(said(trials)).toEqual([]);
  });

  it('shows passing new tests to a person, unless the product could not be emptied', () => {
    const trials = { throwing: failed('adds'), before: failed('adds'), returning: failed('adds') };
    const given = plan({ tests: [named('adds'), named('doubles', true)] });
    expect(said(trials, given)).toEqual([['test_proves_nothing', 'medium', 'doubles']]);
    const after = [{ path: 'a.js', throwing: '', returning: '', isPartial: true }];
    expect(said(trials, { ...given, after })).toEqual([]);
  });

  it.each<[title: string, throwing: TestTrial]>([
    ['a runner that does not name every test', { ...failed('doubles'), namesAll: false }],
    ['a runner that stops at the first failure', { ...failed('doubles'), total: 1 }],
    [
      'a file that could not be loaded',
      {
        ...failed('doubles'),
        failures: failed('doubles').failures.map((one) => ({ ...one, isLoadFailure: true })),
      },
    ],
  ])('concludes nothing from %s', (_, throwing) => {
    expect(said({ throwing, before: failed('adds', 'doubles'), returning: throwing })).toEqual([]);
  });
});
