import {
  agentRetired,
  deadLetterRecorded,
  deadLetterReplayed,
  dispatchPaused,
  dispatchResumed,
  enforcementChanged,
  enforcementHeld,
  enforcementResumed,
  gateClosed,
  gateClosedV1,
  landingPaused,
  landingResumed,
  projectSynced,
  workflowEscalated,
  type AlertResource,
  type EventContract,
  type PayloadOf,
} from '@ymera/contracts';

type Alarm = Pick<AlertResource, 'kind' | 'severity' | 'title' | 'link'>;

/** The effect of an event on the alert of one subject. */
interface Meaning {
  readonly subject: string;
  /** Undefined: the alert is resolved. */
  readonly alarm: Alarm | undefined;
  /** No later event about the subject raises an alert again. */
  readonly isFinal?: true;
}

/** Above the version of any event: the event that ends a subject for good may be versioned by another aggregate. */
const finalVersion = 2 ** 31 - 1;

/** Orders the events about a subject: they may arrive in any order, and the newest decides. */
export interface AlertFact extends Omit<Meaning, 'isFinal'> {
  readonly eventId: string;
  readonly version: number;
  readonly time: Date;
  readonly traceId: string | null;
}

interface RecordedEvent {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly payload: unknown;
  readonly aggregateId?: string;
  readonly aggregateVersion?: number;
  readonly traceparent?: string;
}

type Rule = (payload: unknown, aggregateId: string) => Meaning;

const rule = <C extends EventContract>(
  contract: C,
  meaning: (payload: PayloadOf<C>, aggregateId: string) => Meaning,
): readonly [string, Rule] => [
  contract.key,
  // The transport has parsed it by this contract.
  (payload, aggregateId) => meaning(payload as PayloadOf<C>, aggregateId),
];

const maxTitle = 500;
const warning = (kind: string, title: string, link: string): Alarm => ({
  kind,
  severity: 'warning',
  title: title.slice(0, maxTitle),
  link,
});
const critical = (kind: string, title: string, link: string): Alarm => ({
  ...warning(kind, title, link),
  severity: 'critical',
});

/** An unreachable upstream blocks nothing unless landings are pushed to it. */
function upstreamAlarm({
  project_id,
  state,
  push,
  upstream,
  error,
}: Pick<PayloadOf<typeof projectSynced>, 'project_id' | 'state' | 'push' | 'upstream' | 'error'>):
  Alarm | undefined {
  const link = `/api/v1/projects/${project_id}`;
  if (state === 'diverged')
    return warning('project_diverged', `${project_id} and its upstream ${upstream} have diverged`, link);
  if (state === 'unreachable' && push !== 'off')
    return warning('upstream_unreachable', error?.message ?? `${upstream} cannot be reached`, link);
  return undefined;
}

/** Every event that raises or resolves an alert; no other event does. */
const rules: ReadonlyMap<string, Rule> = new Map([
  rule(enforcementChanged, ({ agent_id, to, reason }) => {
    const link = `/api/v1/agents/${agent_id}`;
    const raised = to === 'frozen' ? critical : warning;
    return {
      subject: `enforcement ${agent_id}`,
      alarm:
        to === 'suspended' || to === 'frozen'
          ? raised(`agent_${to}`, `${agent_id} is ${to}: ${reason}`, link)
          : undefined,
    };
  }),
  rule(agentRetired, ({ agent_id }) => ({
    subject: `enforcement ${agent_id}`,
    alarm: undefined,
    isFinal: true,
  })),
  rule(enforcementHeld, ({ reason_code, affected }, id) => ({
    subject: `hold ${id}`,
    alarm: critical(
      'enforcement_held',
      `Sanctions for missed reports are on hold (${reason_code}); ${affected} agent(s) affected`,
      '/api/v1/overview',
    ),
  })),
  rule(enforcementResumed, (_, id) => ({ subject: `hold ${id}`, alarm: undefined })),
  rule(workflowEscalated, ({ workflow_id, gate_id, reason }) => ({
    subject: `gate ${gate_id}`,
    alarm: critical(
      'workflow_escalated',
      `A person must decide: ${reason}`,
      `/api/v1/workflows/${workflow_id}`,
    ),
  })),
  rule(gateClosed, ({ gate_id }) => ({ subject: `gate ${gate_id}`, alarm: undefined })),
  rule(gateClosedV1, ({ gate_id }) => ({ subject: `gate ${gate_id}`, alarm: undefined })),
  rule(deadLetterRecorded, ({ dead_letter_id, owner, type, code, reason }) => ({
    subject: `dead letter ${dead_letter_id}`,
    alarm: warning(
      'dead_letter',
      `Dead-lettered message for ${owner} (${code}), ${type || 'without a type'}: ${reason}`,
      `/api/v1/dead-letters/${dead_letter_id}`,
    ),
  })),
  rule(deadLetterReplayed, ({ dead_letter_id }) => ({
    subject: `dead letter ${dead_letter_id}`,
    alarm: undefined,
  })),
  rule(projectSynced, ({ project_id, state, push, upstream, error }) => ({
    subject: `upstream ${project_id}`,
    alarm: upstreamAlarm({ project_id, state, push, upstream, error }),
  })),
  rule(dispatchPaused, ({ paused_by, reason }) => ({
    subject: 'dispatch',
    alarm: warning('dispatch_paused', `${paused_by} has paused all dispatch: ${reason}`, '/api/v1/controls'),
  })),
  rule(dispatchResumed, () => ({ subject: 'dispatch', alarm: undefined })),
  rule(landingPaused, ({ paused_by, reason }) => ({
    subject: 'landing',
    alarm: warning('landing_paused', `${paused_by} has paused all landing: ${reason}`, '/api/v1/controls'),
  })),
  rule(landingResumed, () => ({ subject: 'landing', alarm: undefined })),
]);

export const alertingEvents: readonly string[] = [...rules.keys()];

/** Undefined for events without an alert rule. */
export function alertFact(event: RecordedEvent): AlertFact | undefined {
  const { id, type, time, payload, aggregateId, aggregateVersion, traceparent } = event;
  const meaning = rules.get(type);
  if (!meaning || aggregateId === undefined || aggregateVersion === undefined) return undefined;
  const { subject, alarm, isFinal } = meaning(payload, aggregateId);
  return {
    subject,
    alarm,
    eventId: id,
    version: isFinal ? finalVersion : aggregateVersion,
    time,
    traceId: traceparent?.split('-')[1] ?? null,
  };
}
