import type { AgentType } from '@ymera/contracts';
import { storable, type Clock } from '@ymera/kernel';
import { isHeld } from '../domain/attempt/attempt-lifecycle';
import type { Effect } from '../domain/workflow/effect';
import { stepOf } from '../domain/workflow/plan-graph';
import { reduce, type Reduction } from '../domain/workflow/reduce';
import {
  currentAttempt,
  type Workflow,
  type Time,
  type WorkflowDefinition,
} from '../domain/workflow/workflow';
import type { WorkflowContext } from '../domain/workflow/workflow-draft';
import type { LossCause, WorkflowEvent } from '../domain/workflow/workflow-event';
import type { WorkflowPolicy } from '../domain/workflow/workflow-policy';
import { startWorkflowState } from '../domain/workflow/start-workflow';
import { newTimers, timersOf, type Timer } from '../domain/workflow/timers';
import { assignAgents, type Turn } from './assign-agents';
import type {
  OrchestratorMetrics,
  OrchestratorUnitOfWork,
  WorkflowTracing,
  StoredWorkflow,
  Transaction,
  Wake,
} from './ports';
import { sendEffects } from './send-effects';

export interface EngineDependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly random: () => number;
  readonly policy: WorkflowPolicy;
  readonly tracing: WorkflowTracing;
  readonly wake: Wake;
  readonly metrics: OrchestratorMetrics;
}

/** The message that brings an event, when it is to take effect only once. */
export interface Once {
  readonly consumer: string;
  readonly messageId: string;
}

export interface Advance {
  readonly once?: Once | undefined;
  /** The workflow: known, or found in the same transaction. */
  readonly workflowId: string | ((tx: Transaction) => Promise<string | undefined>);
  /** The event for its present state; undefined: none, but its ready steps may be assigned. */
  readonly event: (
    workflow: Workflow,
    tx: Transaction,
  ) => WorkflowEvent | undefined | Promise<WorkflowEvent | undefined>;
  /** In the same transaction, when the workflow does not exist; throw to have the message redelivered. */
  readonly unknown?: (tx: Transaction) => Promise<void>;
  /** Its ready steps are next in the queue. */
  readonly inTurn?: boolean;
}

export type Advanced =
  | { readonly kind: 'advanced'; readonly before: Workflow; readonly after: Workflow }
  /** The workflow does not exist. */
  | { readonly kind: 'unknown' }
  /** This message took effect before. */
  | { readonly kind: 'repeated' };

interface Aftermath {
  /** Timers that the workflow did not require before, so that no loop waits for them yet. */
  readonly newTimers: readonly Timer[];
  readonly effects: readonly Effect[];
  readonly freed: readonly AgentType[];
  readonly waiting: readonly AgentType[];
}

/**
 * The only way in which a workflow changes: locked, reduced, its ready steps assigned, and stored with everything that
 * must be published, all in one transaction. Loops are woken after the commit.
 */
export class WorkflowEngine {
  constructor(private readonly deps: EngineDependencies) {}

  async start(definition: WorkflowDefinition, once: Once): Promise<void> {
    const { unitOfWork, tracing } = this.deps;
    const aftermath = await unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept(once.consumer, once.messageId))) return undefined;
      const context = this.context();
      const started = startWorkflowState(storable(definition), context);
      const { workflow, effects, waiting } = await this.assign(tx, started, context, {
        inTurn: false,
        freed: [],
        unresponsive: [],
      });
      if (!(await tx.runs.insert({ workflow, traceparent: tracing.current() }))) return undefined;
      await sendEffects(tx, definition.workflow_id, effects);
      return { newTimers: timersOf(workflow, this.deps.policy), effects, freed: [], waiting };
    });
    if (aftermath) this.tell(aftermath);
  }

  async advance(order: Advance): Promise<Advanced> {
    const { unitOfWork } = this.deps;
    const { advanced, aftermath } = await unitOfWork.run(
      async (tx): Promise<{ advanced: Advanced; aftermath?: Aftermath }> => {
        const { once } = order;
        if (once && !(await tx.inbox.accept(once.consumer, once.messageId)))
          return { advanced: { kind: 'repeated' } };
        const id = typeof order.workflowId === 'string' ? order.workflowId : await order.workflowId(tx);
        const stored = id === undefined ? undefined : await tx.runs.lock(id);
        if (stored) return this.apply(tx, stored, order);
        await order.unknown?.(tx);
        return { advanced: { kind: 'unknown' } };
      },
    );
    if (aftermath) this.tell(aftermath);
    return advanced;
  }

  private async apply(
    tx: Transaction,
    { workflow: before, traceparent }: StoredWorkflow,
    order: Advance,
  ): Promise<{ advanced: Advanced; aftermath: Aftermath }> {
    const event = storable(await order.event(before, tx));
    return this.deps.tracing.within(traceparent, `run ${event?.kind ?? 'assign'}`, async () => {
      const context = this.context();
      const reduced = event ? reduce(before, event, context) : { workflow: before, effects: [] };
      const silent =
        event && reduced.workflow !== before ? unresponsiveAgentsOf(event, before, context) : undefined;
      const {
        workflow: after,
        effects,
        waiting,
      } = await this.assign(tx, reduced, context, {
        inTurn: order.inTurn ?? false,
        freed: freedAttempts(before, reduced.workflow).map(({ agentId }) => agentId),
        unresponsive: silent ? [silent.agentId] : [],
      });
      if (silent) await tx.directory.markUnresponsive(silent.agentId, silent.until, silent.after);
      if (after !== before) await tx.runs.save(before, after);
      await sendEffects(tx, after.definition.workflow_id, effects);
      return {
        advanced: { kind: 'advanced', before, after },
        aftermath: {
          newTimers: newTimers(before, after, this.deps.policy),
          effects,
          freed: freedAttempts(before, after).map(({ agentType }) => agentType),
          waiting: order.inTurn ? [] : waiting,
        },
      };
    });
  }

  private async assign(
    tx: Transaction,
    reduced: Reduction,
    context: WorkflowContext,
    turn: Turn,
  ): Promise<Reduction & { readonly waiting: readonly AgentType[] }> {
    const assigned = await assignAgents(tx, reduced.workflow, context, turn);
    return { ...assigned, effects: [...reduced.effects, ...assigned.effects] };
  }

  private tell({ newTimers, effects, freed, waiting }: Aftermath): void {
    const { wake, metrics } = this.deps;
    for (const effect of effects) {
      if (effect.kind === 'to_agent' && effect.name === 'result_refused')
        metrics.resultRefused(effect.payload.error.code);
      if (effect.kind === 'step_rejection') metrics.stepRejected(effect.payload.cause);
    }
    if (newTimers.length > 0) wake.timerSet(Math.min(...newTimers.map(({ dueAt }) => dueAt)));
    // Also for steps left waiting: their agent may have become free in a transaction that did not see them yet. In turn
    // they were seen before, so the transaction that frees an agent wakes their dispatch.
    const types = [...new Set([...freed, ...waiting])];
    if (types.length > 0) wake.mayDispatch(types);
  }

  private context(): WorkflowContext {
    const { clock, newId, random, policy } = this.deps;
    return { now: clock.now().getTime(), newId, random, policy };
  }
}

interface Unresponsive {
  readonly agentId: string;
  readonly until: Time;
  /** Messages after this time show that the agent is alive. */
  readonly after: Time;
}

/** By a decision about the agent, which itself says whether the agent gets work. */
const isNoLongerHeld = (cause: LossCause): boolean =>
  cause === 'agent_retired' || cause === 'agent_sanctioned';

/**
 * An agent that let an offer or a lease expire gets no offer for a while: it would only cost the workflow more time.
 */
function unresponsiveAgentsOf(
  event: WorkflowEvent,
  before: Workflow,
  { now, policy }: WorkflowContext,
): Unresponsive | undefined {
  if (event.kind !== 'attempt_lost' || isNoLongerHeld(event.cause)) return undefined;
  const step = before.steps[event.stepId];
  const lost = step && currentAttempt(step);
  return lost && { agentId: lost.agentId, until: now + policy.unresponsiveMs, after: lost.dispatchedAt };
}

/** Attempts that an agent held before and does not now, each with the type of its agent. */
function freedAttempts(
  before: Workflow,
  after: Workflow,
): readonly { readonly agentId: string; readonly agentType: AgentType }[] {
  return Object.values(before.steps).flatMap((step) => {
    const held = currentAttempt(step);
    const planned = stepOf(after.definition.plan, step.stepId);
    if (!held || !isHeld(held.state) || planned.kind !== 'task') return [];
    const now = after.steps[step.stepId]?.attempts.find(
      ({ fencingToken }) => fencingToken === held.fencingToken,
    );
    return now && isHeld(now.state) ? [] : [{ agentId: held.agentId, agentType: planned.agent_type }];
  });
}
