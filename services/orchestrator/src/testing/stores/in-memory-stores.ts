import type { OrchestratorStores } from '../../application/ports';
import type { Time } from '../../domain/run';
import type { RunPolicy } from '../../domain/run-policy';
import { inMemoryAttempts } from './in-memory-attempts';
import { inMemoryDirectory } from './in-memory-directory';
import { inMemoryBrake, inMemoryGates } from './in-memory-gates';
import { inMemoryRuns } from './in-memory-runs';
import type { OrchestratorState } from './in-memory-state';
import { inMemorySteps } from './in-memory-steps';
import { inMemoryTimers } from './in-memory-timers';

/** The stores over plain data; `now` is the database's clock. */
export const inMemoryStores = (
  state: OrchestratorState,
  policy: RunPolicy,
  now: () => Time,
): OrchestratorStores => ({
  runs: inMemoryRuns({ state, policy, now }),
  attempts: inMemoryAttempts(state),
  timers: inMemoryTimers(state),
  brake: inMemoryBrake(state),
  steps: inMemorySteps(state),
  directory: inMemoryDirectory(state),
  gates: inMemoryGates(state),
});
