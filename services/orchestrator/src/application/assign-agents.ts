import type { AgentType } from '@ymera/contracts';
import type { Pause } from '@ymera/kernel';
import type { Effect } from '../domain/workflow/effect';
import { needOfStep } from '../domain/step/need-of-step';
import { reduce } from '../domain/workflow/reduce';
import type { Workflow } from '../domain/workflow/workflow';
import type { WorkflowContext } from '../domain/workflow/workflow-draft';
import { selectAgent, type Candidate, type Need } from '../domain/agents/select-agent';
import type { OrchestratorStores } from './ports';

export interface Assigned {
  readonly workflow: Workflow;
  readonly effects: readonly Effect[];
  /** Types for which a step is left waiting. */
  readonly waiting: readonly AgentType[];
}

export interface Turn {
  /** Whether the workflow's steps are next in the queue. */
  readonly inTurn: boolean;
  /** Agents that lose an attempt in this transaction; the stored state does not show it yet. */
  readonly freed: readonly string[];
  /** Agents that this transaction marks as unresponsive. */
  readonly unresponsive: readonly string[];
}

interface Ready {
  readonly stepId: string;
  readonly need: Need;
}

/**
 * Assigns an agent to every ready step of a workflow, as far as agents are free. Out of turn (`inTurn` false) only
 * agents that no queued step needs are taken: a workflow that has just freed an agent does not overtake those that wait
 * longer.
 */
export async function assignAgents(
  tx: OrchestratorStores,
  workflow: Workflow,
  context: WorkflowContext,
  { inTurn, freed, unresponsive }: Turn,
): Promise<Assigned> {
  const ready = readySteps(workflow);
  if (ready.length === 0) return { workflow, effects: [], waiting: [] };
  const pause = await tx.pauses.whileWorking();
  if (pause) return { workflow: explained(workflow, ready, pause, context), effects: [], waiting: [] };
  const types = [...new Set(ready.map(({ need }) => need.agentType))];
  const fleet = new Map(
    (await tx.directory.lockCandidates(types, context.now)).map((one) => [
      one.agentId,
      {
        ...one,
        running: one.running - freed.filter((agentId) => agentId === one.agentId).length,
        isUnresponsive: one.isUnresponsive || unresponsive.includes(one.agentId),
      },
    ]),
  );
  const queue = inTurn
    ? new Map<AgentType, number>()
    : await tx.steps.countWaitingElsewhere(types, workflow.definition.workflow_id);

  const effects: Effect[] = [];
  const waiting = new Set<AgentType>();
  let current = workflow;
  const send = (event: Parameters<typeof reduce>[1]): void => {
    const reduction = reduce(current, event, context);
    current = reduction.workflow;
    effects.push(...reduction.effects);
  };
  for (const { stepId, need } of ready) {
    const ahead = queue.get(need.agentType) ?? 0;
    const { chosen, isExhausted, reason } = selectAgent([...fleet.values()], need);
    if (chosen && freeOf(fleet, need) > ahead) {
      const { agentId, principalId, credentialEpoch } = chosen;
      send({ kind: 'agent_assigned', stepId, agent: { agentId, principalId, credentialEpoch }, reason });
      fleet.set(agentId, { ...chosen, running: chosen.running + 1, assignedAt: context.now });
      await tx.directory.markAssigned(agentId, context.now);
      continue;
    }
    if (isExhausted) {
      send({ kind: 'agents_exhausted', stepId, reason });
      continue;
    }
    waiting.add(need.agentType);
    send({
      kind: 'agent_missing',
      stepId,
      reason: chosen ? `${ahead} other step(s) wait longer for a ${need.agentType} agent.` : reason,
    });
  }
  return { workflow: current, effects, waiting: [...waiting] };
}

/** Not published: the reason is for people who read the workflow. */
const explained = (
  workflow: Workflow,
  ready: readonly Ready[],
  { pausedBy, reason }: Pause,
  context: WorkflowContext,
): Workflow =>
  ready.reduce(
    (current, { stepId }) =>
      reduce(
        current,
        { kind: 'agent_missing', stepId, reason: `${pausedBy} has paused all dispatch: ${reason}` },
        context,
      ).workflow,
    workflow,
  );

const readySteps = (workflow: Workflow): readonly Ready[] =>
  workflow.definition.plan.steps.flatMap(({ step_id: stepId }) => {
    if (workflow.state !== 'running' || workflow.steps[stepId]?.state !== 'ready') return [];
    const need = needOfStep(workflow, stepId);
    return need ? [{ stepId, need }] : [];
  });

const freeOf = (fleet: ReadonlyMap<string, Candidate>, need: Need): number =>
  [...fleet.values()].filter((candidate) => selectAgent([candidate], need).chosen !== undefined).length;
