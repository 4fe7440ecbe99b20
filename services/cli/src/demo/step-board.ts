import { findings, type Finding, type Plan, type StepState } from '@ymera/contracts';
import { type FeedEntry, textOf } from '../api/feed-entry';

export interface BoardStep {
  readonly stepId: string;
  readonly name: string;
  readonly who: string;
  state: StepState;
  attempt: number;
  agentId: string | undefined;
  progress: number;
  doing: string;
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Why its work was sent back, until the next attempt starts. */
  sentBack: { readonly reason: string; readonly findings: readonly Finding[] } | undefined;
}

const ended: ReadonlySet<StepState> = new Set(['completed', 'failed', 'canceled', 'skipped']);

/** The steps of one workflow by the events of the feed. */
export class StepBoard {
  readonly steps: readonly BoardStep[];

  constructor(plan: Plan) {
    this.steps = plan.steps.map((step) => ({
      stepId: step.step_id,
      name: step.name,
      who: step.kind === 'task' ? step.agent_type : step.kind === 'gate' ? 'a person' : 'PROJECT',
      state: 'pending',
      attempt: 0,
      agentId: undefined,
      progress: 0,
      doing: '',
      startedAt: undefined,
      endedAt: undefined,
      sentBack: undefined,
    }));
  }

  /** Returns the step that moved to another state, if one did. */
  take(entry: FeedEntry): BoardStep | undefined {
    const { type, time, data } = entry;
    const step = this.steps.find(({ stepId }) => stepId === data['step_id']);
    if (!step) return undefined;
    if (type.startsWith('orchestrator.task.progressed.')) {
      step.progress = Number(data['progress']);
      step.doing = textOf(entry, 'step');
      return undefined;
    }
    if (!type.startsWith('orchestrator.step.changed.')) return undefined;
    const state = data['state'] as StepState;
    if (state === step.state && data['attempt'] === step.attempt) return undefined;
    step.state = state;
    step.attempt = Number(data['attempt']);
    step.agentId = typeof data['agent_id'] === 'string' ? data['agent_id'] : step.agentId;
    step.sentBack = sentBackOf(step, entry);
    if (step.sentBack) step.doing = step.sentBack.reason;
    const at = Date.parse(time);
    if (state !== 'pending' && state !== 'ready') step.startedAt ??= at;
    step.endedAt = ended.has(state) ? at : undefined;
    if (ended.has(state)) step.progress = state === 'completed' ? 1 : step.progress;
    return step;
  }
}

/** The step that rejected the work starts again too, but its work was not sent back. */
function sentBackOf({ name, state }: BoardStep, entry: FeedEntry): BoardStep['sentBack'] {
  const found = findings.safeParse(entry.data['findings']);
  const reason = textOf(entry, 'reason').split(': ', 1)[0] ?? '';
  if (state !== 'pending' || !found.success || reason === '' || reason.startsWith(`${name} `))
    return undefined;
  return { reason, findings: found.data };
}

/** The longest path through the plan that is printed: `review → enhance → test`. */
export const planLine = (plan: Plan): string => plan.steps.map(({ name }) => name).join(' → ');
