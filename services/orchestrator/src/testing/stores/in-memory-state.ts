import type { AgentType, gateOpened, Liveness, PayloadOf } from '@ymera/contracts';
import type { Pause } from '@ymera/kernel';
import type { StoredWorkflow } from '../../application/ports';
import type { AttemptKey, Time } from '../../domain/workflow/workflow';
import type { GateDecision } from '../../domain/workflow/workflow-event';
import type { ActiveStep, AttemptOfStep } from '../../domain/workflow/workflow-projection';
import type { Candidate } from '../../domain/agents/select-agent';
import type { Timer } from '../../domain/workflow/timers';

export interface AttemptRow extends AttemptOfStep {
  readonly workflowId: string;
  progress: number;
  facts: number;
  publishedAt: Time;
  lease: Time;
  offer: Time;
  log: { offset: number; chunk: string }[];
}

export interface AgentRow {
  agentType: AgentType | undefined;
  principalId: string;
  credentialEpoch: number;
  slots: number;
  status: 'unknown' | 'registered' | 'retired';
  version: number;
  liveness: Liveness;
  livenessAt: Time;
  livenessVersion: number;
  enforcement: Candidate['enforcement'];
  sanctionVersion: number;
  unresponsiveUntil: Time;
  assignedAt: Time | undefined;
}

export interface OrchestratorState {
  readonly runs: Map<string, StoredWorkflow>;
  readonly attempts: Map<string, AttemptRow>;
  readonly timers: Map<string, Timer & { readonly workflowId: string }>;
  readonly steps: Map<string, ActiveStep & { readonly workflowId: string; readonly since: Time }>;
  readonly agents: Map<string, AgentRow>;
  readonly gates: Map<string, PayloadOf<typeof gateOpened> & { outcome?: string }>;
  readonly decisions: GateDecision[];
  readonly pauses: Pause[];
}

export const emptyState = (): OrchestratorState => ({
  runs: new Map(),
  attempts: new Map(),
  timers: new Map(),
  steps: new Map(),
  agents: new Map(),
  gates: new Map(),
  decisions: [],
  pauses: [],
});

export const attemptName = ({ taskId, attempt }: Pick<AttemptKey, 'taskId' | 'attempt'>): string =>
  `${taskId}/${attempt}`;

export function clear(map: Map<string, { readonly workflowId: string }>, workflowId: string): void {
  for (const [key, row] of map) if (row.workflowId === workflowId) map.delete(key);
}
