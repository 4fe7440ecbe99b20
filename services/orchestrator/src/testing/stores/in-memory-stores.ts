import { inMemoryPauses } from '@ymera/testing';
import type { OrchestratorStores } from '../../application/ports';
import type { Time } from '../../domain/workflow/workflow';
import type { WorkflowPolicy } from '../../domain/workflow/workflow-policy';
import { inMemoryAttempts } from './in-memory-attempts';
import { inMemoryDirectory } from './in-memory-directory';
import { inMemoryGates } from './in-memory-gates';
import { inMemoryWorkflows } from './in-memory-workflows';
import type { OrchestratorState } from './in-memory-state';
import { inMemorySteps } from './in-memory-steps';
import { inMemoryTimers } from './in-memory-timers';

/** The stores over plain data; `now` is the database's clock. */
export const inMemoryStores = (
  state: OrchestratorState,
  policy: WorkflowPolicy,
  now: () => Time,
): OrchestratorStores => ({
  runs: inMemoryWorkflows({ state, policy, now }),
  attempts: inMemoryAttempts(state),
  timers: inMemoryTimers(state),
  pauses: inMemoryPauses(state.pauses),
  steps: inMemorySteps(state),
  directory: inMemoryDirectory(state),
  gates: inMemoryGates(state),
});
