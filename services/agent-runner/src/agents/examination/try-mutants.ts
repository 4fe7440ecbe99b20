import { ok, type Result } from '@ymera/kernel';
import type { MutationPlan } from '../../tools/mutation/mutation-plan';
import type { MutationTrials } from './pseudo-tested';
import { suspectsOf } from './pseudo-tested';
import { trial, type TrialOptions } from './try-fix';

/**
 * Runs the tests of the change on a product whose functions do nothing, and on the base where tests pass nevertheless: as
 * often as is needed to find the tests that assert nothing since the change. `total`: tests that ran on the unmodified change.
 */
export async function tryMutants(
  options: TrialOptions,
  { before: old, after, tests }: MutationPlan,
  total: number,
): Promise<Result<MutationTrials>> {
  const throwing = await trial(
    options,
    'change',
    [],
    after.map(({ path, throwing: text }) => ({ path, text })),
  );
  if (!throwing.ok) return throwing;
  let trials: MutationTrials = { throwing: throwing.value, total };
  if (suspectsOf(trials, tests) === undefined) return ok(trials);
  const before = await trial(
    options,
    'base',
    [],
    old.map(({ path, throwing: text }) => ({ path, text })),
  );
  if (!before.ok) return before;
  trials = { ...trials, before: before.value };
  if (suspectsOf(trials, tests) === undefined) return ok(trials);
  const returning = await trial(
    options,
    'change',
    [],
    after.map(({ path, returning: text }) => ({ path, text })),
  );
  return returning.ok ? ok({ ...trials, returning: returning.value }) : returning;
}
