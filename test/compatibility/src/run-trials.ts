import type { CompatibilityPlatform } from './compatibility-platform';
import type { Combination, Trial } from './combination';
import { differences, type Outcome } from './outcome';

export interface TrialResult {
  readonly combination: Combination;
  readonly trial: Trial;
  readonly outcome: Outcome;
  /** Differences from the expectation; empty when there are none. */
  readonly problems: readonly string[];
}

export interface StartedTrial {
  readonly combination: Combination;
  readonly trial: Trial;
  readonly result: Promise<TrialResult>;
}

export const trialsOf = (
  combinations: readonly Combination[],
): readonly { readonly combination: Combination; readonly trial: Trial }[] =>
  combinations.flatMap((combination) => combination.trials.map((trial) => ({ combination, trial })));

/** Starts all trials in order, within the concurrency limit. A trial that throws rejects its own result only. */
export function runTrials(
  platform: Pick<CompatibilityPlatform, 'run'>,
  combinations: readonly Combination[],
  maxAtATime: number,
): readonly StartedTrial[] {
  const trials = trialsOf(combinations).map(({ combination, trial }) => {
    const { promise, resolve, reject } = Promise.withResolvers<TrialResult>();
    // The caller awaits `result`; a rejection before that must not end the process.
    promise.catch(() => undefined);
    const run = () => runTrial(platform, combination, trial).then(resolve, reject);
    return { run, started: { combination, trial, result: promise } };
  });
  const waiting = trials.values();
  const work = async (): Promise<void> => {
    for (const { run } of waiting) await run();
  };
  for (let worker = 0; worker < maxAtATime; worker += 1) void work();
  return trials.map(({ started }) => started);
}

async function runTrial(
  platform: Pick<CompatibilityPlatform, 'run'>,
  combination: Combination,
  trial: Trial,
): Promise<TrialResult> {
  const outcome = await platform.run(combination, trial);
  const { command } = combination;
  const isFound = command === undefined || outcome.command === command;
  return {
    combination,
    trial,
    outcome,
    problems: [
      ...differences(trial.expected, outcome),
      ...(isFound ? [] : [`command ${String(command)}; came: ${String(outcome.command)}`]),
    ],
  };
}
