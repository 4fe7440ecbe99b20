import type { AgentType, gateOpened, Liveness, PayloadOf } from '@ymera/contracts';
import { isOpen, type Pause } from '@ymera/kernel';
import { isHeld } from '../domain/attempt-lifecycle';
import type { AttemptKey, Run, Time } from '../domain/run';
import type { GateDecision } from '../domain/run-event';
import type { RunPolicy } from '../domain/run-policy';
import { projectionOf, type ActiveStep, type AttemptOfStep } from '../domain/run-projection';
import type { Candidate } from '../domain/select-agent';
import type { Timer } from '../domain/timers';
import {
  keptLogLength,
  type HeldAttempt,
  type OrchestratorStores,
  type StoredRun,
  type WaitingStep,
} from '../application/ports';

interface AttemptRow extends AttemptOfStep {
  readonly workflowId: string;
  progress: number;
  facts: number;
  publishedAt: Time;
  lease: Time;
  offer: Time;
  log: { offset: number; chunk: string }[];
}

interface AgentRow {
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
  standingVersion: number;
  silentUntil: Time;
}

export interface OrchestratorState {
  readonly runs: Map<string, StoredRun>;
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

const attemptName = ({ taskId, attempt }: Pick<AttemptKey, 'taskId' | 'attempt'>): string =>
  `${taskId}/${attempt}`;

/** The stores over plain data; `now` is the database's clock. */
export function inMemoryStores(
  state: OrchestratorState,
  policy: RunPolicy,
  now: () => Time,
): OrchestratorStores {
  const write = (run: Run, before?: Run): void => {
    const workflowId = run.definition.workflow_id;
    const { activeSteps, timers, attempts } = projectionOf(run, policy);
    const owed = before ? projectionOf(before, policy).timers : [];
    const sameStep = (step: ActiveStep) => state.steps.get(`${workflowId}/${step.stepId}`);
    const steps = activeSteps.map((step) => {
      const old = sameStep(step);
      return { ...step, workflowId, since: old && old.state === step.state ? old.since : now() };
    });
    const postponed = timers.map((timer) => {
      const isUnchanged = owed.some(
        ({ stepId, kind, dueAt }) => stepId === timer.stepId && kind === timer.kind && dueAt === timer.dueAt,
      );
      const old = isUnchanged ? state.timers.get(`${workflowId}/${timer.stepId}/${timer.kind}`) : undefined;
      return { ...timer, workflowId, dueAt: old?.dueAt ?? timer.dueAt };
    });
    clear(state.steps, workflowId);
    clear(state.timers, workflowId);
    for (const step of steps) state.steps.set(`${workflowId}/${step.stepId}`, step);
    for (const timer of postponed) state.timers.set(`${workflowId}/${timer.stepId}/${timer.kind}`, timer);
    for (const attempt of attempts) {
      const old = state.attempts.get(attemptName(attempt));
      const siblings = [...state.attempts.values()].filter(({ taskId }) => taskId === attempt.taskId);
      state.attempts.set(attemptName(attempt), {
        ...(old ?? {
          progress: 0,
          facts: Math.max(0, ...siblings.map(({ facts }) => facts)),
          publishedAt: 0,
          lease: 0,
          offer: 0,
          log: [],
        }),
        ...attempt,
        workflowId,
        lease: Math.max(old?.lease ?? 0, attempt.leaseExpiresAt),
        offer: Math.max(old?.offer ?? 0, attempt.offerExpiresAt),
      });
    }
  };

  return {
    runs: {
      async insert(stored) {
        const { workflow_id } = stored.run.definition;
        if (state.runs.has(workflow_id)) return false;
        state.runs.set(workflow_id, stored);
        write(stored.run);
        return true;
      },
      async lock(workflowId) {
        return state.runs.get(workflowId);
      },
      async save(before, after) {
        const workflowId = after.definition.workflow_id;
        const stored = state.runs.get(workflowId);
        if (!stored) throw new Error(`no run ${workflowId}`);
        state.runs.set(workflowId, { ...stored, run: after });
        write(after, before);
      },
      async find(workflowId) {
        return state.runs.get(workflowId)?.run;
      },
      async page({ state: wanted, cursor, limit }) {
        const found = [...state.runs.values()]
          .map(({ run }) => run)
          .filter((run) => wanted === undefined || run.state === wanted)
          .filter(({ definition }) => cursor === undefined || definition.workflow_id < cursor)
          .sort((a, b) => (a.definition.workflow_id < b.definition.workflow_id ? 1 : -1));
        const items = found.slice(0, limit);
        const last = items.at(-1);
        return { items, nextCursor: found.length > limit && last ? last.definition.workflow_id : null };
      },
      async repair(run) {
        write(run);
      },
    },

    attempts: {
      async workflowOf(taskId) {
        return [...state.attempts.values()].find((row) => row.taskId === taskId)?.workflowId;
      },
      async extendLease(beat) {
        const row = state.attempts.get(attemptName(beat));
        if (!row || !isHeld(row.state) || !isHolder(row, beat)) return undefined;
        if (agentEpoch(state, beat.agentId) !== row.credentialEpoch) return undefined;
        const publishes = beat.now - row.publishedAt >= beat.publishEveryMs;
        row.lease = Math.max(row.lease, beat.leaseExpiresAt);
        row.progress = beat.progress;
        if (publishes) {
          row.publishedAt = beat.now;
          row.facts += 1;
        }
        const stored = state.runs.get(row.workflowId);
        return {
          workflowId: row.workflowId,
          requestId: stored?.run.definition.request_id ?? '',
          projectId: stored?.run.definition.project.project_id ?? '',
          stepId: row.stepId,
          traceparent: stored?.traceparent,
          fact: publishes ? row.facts : undefined,
        };
      },
      async stateOf(key) {
        const row = state.attempts.get(attemptName(key));
        return row && isHolder(row, key) ? row.state : undefined;
      },
      async patienceWith(key) {
        const row = state.attempts.get(attemptName(key));
        return row && { lease: row.lease, offer: row.offer };
      },
      async extendAll(until) {
        for (const row of state.attempts.values()) {
          if (!isHeld(row.state)) continue;
          row.lease = Math.max(row.lease, until);
          row.offer = Math.max(row.offer, until);
        }
      },
      heldBy: async (agentId) => heldBy(state, agentId).map(heldOf),
      async fencedBy(agentId) {
        const now = state.agents.get(agentId)?.credentialEpoch ?? 0;
        return heldBy(state, agentId)
          .filter(({ credentialEpoch }) => credentialEpoch < now)
          .map(heldOf);
      },
      async progressOf(workflowIds) {
        return new Map(
          [...state.attempts.values()]
            .filter((row) => workflowIds.includes(row.workflowId) && isHeld(row.state))
            .map(({ taskId, progress }) => [taskId, progress]),
        );
      },
      async appendLog(key, piece) {
        const row = state.attempts.get(attemptName(key));
        if (!row || !isHeld(row.state) || !isHolder(row, key)) return;
        if (row.log.some(({ offset }) => offset === piece.offset)) return;
        row.log.push(piece);
        row.log.sort((a, b) => a.offset - b.offset);
        const lengthFrom = (index: number) =>
          row.log.slice(index).reduce((sum, { chunk }) => sum + chunk.length, 0);
        row.log = row.log.filter((_, index) => lengthFrom(index) <= keptLogLength);
      },
      async logOf(key) {
        const row = state.attempts.get(`${key.taskId}/${key.attempt}`);
        return (row?.log ?? []).map(({ chunk }) => chunk).join('');
      },
    },

    timers: {
      async due(by, limit) {
        return [...state.timers.values()]
          .filter(({ dueAt }) => dueAt <= by)
          .sort((a, b) => a.dueAt - b.dueAt)
          .slice(0, limit);
      },
      async next() {
        const times = [...state.timers.values()].map(({ dueAt }) => dueAt);
        return times.length === 0 ? undefined : Math.min(...times);
      },
      async postpone(workflowId, timer) {
        state.timers.set(`${workflowId}/${timer.stepId}/${timer.kind}`, { ...timer, workflowId });
      },
      async postponeDue({ workflowId, stepId, kind }, by, dueAt) {
        const key = `${workflowId}/${stepId}/${kind}`;
        const timer = state.timers.get(key);
        if (timer && timer.dueAt <= by) state.timers.set(key, { ...timer, dueAt });
      },
      async drop(workflowId) {
        clear(state.timers, workflowId);
      },
    },

    brake: {
      whileWorking: async () => state.pauses.find(isOpen),
      lock: async () => state.pauses.at(-1),
      last: async () => state.pauses.at(-1),
      since: async (time) => state.pauses.filter(({ end }) => end === undefined || end.resumedAt > time),
      insert: async (pause) => void state.pauses.push(pause),
      end: async (pause) => void state.pauses.splice(-1, 1, pause),
    },

    steps: {
      async waiting(agentType, after, limit) {
        return [...state.steps.values()]
          .filter((step) => step.state === 'ready' && step.agentType === agentType)
          .sort(inQueue)
          .filter((step) => after === undefined || inQueue(step, after) > 0)
          .slice(0, limit);
      },
      async countWaitingElsewhere(agentTypes, workflowId) {
        return new Map(
          agentTypes.map((type) => [
            type,
            [...state.steps.values()].filter(
              (step) => step.state === 'ready' && step.agentType === type && step.workflowId !== workflowId,
            ).length,
          ]),
        );
      },
      async countWaiting() {
        return [...state.steps.values()].filter((step) => step.state === 'ready' && step.agentType).length;
      },
      async dispatchable(at, agentTypes) {
        const waiting = [...state.steps.values()].flatMap(({ state: step, agentType }) =>
          step === 'ready' && agentType ? [agentType] : [],
        );
        const free = candidatesOf(state, at).filter(
          ({ liveness, enforcement, isRegistered, isSilent, running, slots }) =>
            isRegistered && !isSilent && liveness === 'online' && enforcement === 'none' && running < slots,
        );
        return [...new Set(waiting)].filter(
          (type) =>
            (agentTypes === undefined || agentTypes.includes(type)) &&
            free.some(({ agentType }) => agentType === type),
        );
      },
      async orphans(unmovedSince) {
        const timers = [...state.timers.values()];
        const stuck = [...state.steps.values()].filter(
          ({ workflowId, stepId, since }) =>
            since < unmovedSince &&
            !timers.some(
              (timer) =>
                timer.workflowId === workflowId && timer.stepId === stepId && timer.dueAt >= unmovedSince,
            ),
        );
        const idle = [...state.runs.values()].filter(
          ({ run }) =>
            run.state === 'running' &&
            ![...state.steps.values()].some(({ workflowId }) => workflowId === run.definition.workflow_id),
        );
        return [
          ...stuck.map(({ workflowId, stepId }) => ({ workflowId, stepId })),
          ...idle.map(({ run }) => ({ workflowId: run.definition.workflow_id, stepId: '' })),
        ];
      },
    },

    directory: {
      async register(agent, version) {
        const row = agentRow(state, agent.agentId, agent.principalId);
        if (row.version >= version) return;
        Object.assign(row, {
          agentType: agent.agentType,
          principalId: agent.principalId,
          credentialEpoch: Math.max(row.credentialEpoch, agent.credentialEpoch),
          slots: agent.slots,
          status: 'registered',
          version,
        });
      },
      async retire(agentId, version) {
        const row = agentRow(state, agentId, '');
        if (row.version < version) Object.assign(row, { status: 'retired', version });
      },
      async openSession(principalId, agentIds, at) {
        for (const agentId of agentIds) {
          const row = agentRow(state, agentId, principalId);
          if (row.livenessAt < at) Object.assign(row, { liveness: 'online', livenessAt: at, silentUntil: 0 });
        }
      },
      async setLiveness(agentId, liveness, at, version) {
        const row = agentRow(state, agentId, '');
        if (row.livenessVersion >= version) return;
        row.livenessVersion = version;
        if (row.livenessAt <= at) Object.assign(row, { liveness, livenessAt: at });
        if (liveness === 'online') row.silentUntil = 0;
      },
      async setEnforcement(agentId, { enforcement, credentialEpoch }, standingVersion) {
        const row = agentRow(state, agentId, '');
        if (row.standingVersion < standingVersion)
          Object.assign(row, {
            enforcement,
            standingVersion,
            credentialEpoch: Math.max(row.credentialEpoch, credentialEpoch),
          });
      },
      async typesOf(agentIds) {
        return [...new Set(agentIds.flatMap((id) => state.agents.get(id)?.agentType ?? []))];
      },
      async standingOf(agentId) {
        const row = state.agents.get(agentId);
        if (row?.status !== 'registered') return undefined;
        return {
          credentialEpoch: row.credentialEpoch,
          principalId: row.principalId,
          isSilent: row.silentUntil > 0,
        };
      },
      async silence(agentId, until, after) {
        const row = state.agents.get(agentId);
        if (row && row.livenessAt <= after) row.silentUntil = until;
      },
      async hear(agentId) {
        const row = state.agents.get(agentId);
        if (row) row.silentUntil = 0;
      },
      async lockCandidates(agentTypes, at) {
        return candidatesOf(state, at).filter(({ agentType }) => agentTypes.includes(agentType));
      },
    },

    gates: {
      async opened(gate) {
        state.gates.set(gate.gate_id, { ...gate });
      },
      async closed(gateId, outcome) {
        const gate = state.gates.get(gateId);
        if (gate) gate.outcome = outcome;
      },
      async remember(decision) {
        state.decisions.push(decision);
      },
    },
  };
}

const heldBy = (state: OrchestratorState, agentId: string): readonly AttemptRow[] =>
  [...state.attempts.values()].filter((row) => row.agentId === agentId && isHeld(row.state));

const heldOf = ({ taskId, attempt, fencingToken, workflowId, stepId }: AttemptRow): HeldAttempt => ({
  taskId,
  attempt,
  fencingToken,
  workflowId,
  stepId,
});

const inQueue = (a: WaitingStep, b: WaitingStep): number =>
  a.since - b.since ||
  (a.workflowId < b.workflowId
    ? -1
    : a.workflowId > b.workflowId
      ? 1
      : a.stepId < b.stepId
        ? -1
        : Number(a.stepId > b.stepId));

const isHolder = (
  row: AttemptRow,
  key: AttemptKey & { readonly agentId: string; readonly principalId: string },
): boolean =>
  row.fencingToken === key.fencingToken && row.agentId === key.agentId && row.principalId === key.principalId;

function clear(map: Map<string, { readonly workflowId: string }>, workflowId: string): void {
  for (const [key, row] of map) if (row.workflowId === workflowId) map.delete(key);
}

function agentRow(state: OrchestratorState, agentId: string, principalId: string): AgentRow {
  const row: AgentRow = state.agents.get(agentId) ?? {
    agentType: undefined,
    principalId,
    credentialEpoch: 0,
    slots: 1,
    status: 'unknown',
    version: 0,
    liveness: 'offline',
    livenessAt: 0,
    livenessVersion: 0,
    enforcement: 'none',
    standingVersion: 0,
    silentUntil: 0,
  };
  state.agents.set(agentId, row);
  return row;
}

function agentEpoch(state: OrchestratorState, agentId: string): number | undefined {
  const row = state.agents.get(agentId);
  return row?.status === 'registered' ? row.credentialEpoch : undefined;
}

const candidatesOf = (state: OrchestratorState, at: Time): readonly Candidate[] =>
  [...state.agents].flatMap(([agentId, row]): Candidate[] =>
    row.agentType === undefined
      ? []
      : [
          {
            agentId,
            agentType: row.agentType,
            principalId: row.principalId,
            credentialEpoch: row.credentialEpoch,
            isRegistered: row.status === 'registered',
            liveness: row.liveness,
            enforcement: row.enforcement,
            isSilent: row.silentUntil > at,
            running: [...state.attempts.values()].filter(
              (one) => one.agentId === agentId && isHeld(one.state),
            ).length,
            slots: row.slots,
          },
        ],
  );
