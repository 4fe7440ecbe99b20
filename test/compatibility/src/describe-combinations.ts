import type { Combination } from './combination';
import { CompatibilityPlatform, type CompatibilityPlatformOptions } from './compatibility-platform';
import { isOnPath, missingPrograms } from './needs';
import { runTrials, type StartedTrial, trialsOf } from './run-trials';

export interface DescribedCombinations extends Omit<CompatibilityPlatformOptions, 'combinations'> {
  readonly combinations: readonly Combination[];
  readonly maxAtATime: number;
  /** From the start of the first trial to the end of the last. */
  readonly maxMs: number;
}

const openingMs = 180_000;
const closingMs = 60_000;

/** A test for each trial. All trials run concurrently on one platform; each test waits for its own. */
export function describeCombinations({
  combinations,
  maxAtATime,
  maxMs,
  ...options
}: DescribedCombinations): void {
  let platform: CompatibilityPlatform | undefined;
  let started: readonly StartedTrial[] = [];

  beforeAll(async () => {
    // A missing tool fails the tests: they are never skipped.
    expect(missingPrograms(combinations, isOnPath)).toEqual([]);
    platform = await CompatibilityPlatform.open({ ...options, combinations });
    started = runTrials(platform, combinations, maxAtATime);
  }, openingMs);

  afterAll(() => platform?.close(), closingMs);

  it.each(trialsOf(combinations).map(({ combination, trial }, index) => [combination.id, trial.name, index]))(
    '%s, %s: ends as the table says',
    async (_id, _name, index) => {
      const result = await started[Number(index)]?.result;
      expect(result?.problems).toEqual([]);
    },
    maxMs,
  );
}
