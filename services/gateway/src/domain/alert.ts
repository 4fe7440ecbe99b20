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
type Cause = NonNullable<PayloadOf<typeof deadLetterRecorded>['cause']>;

/** The effect of an event on the alert of one subject. */
interface Meaning {
  readonly subject: string;
  /** Undefined: the alert is resolved. */
  readonly alarm: Alarm | undefined;
  /** No later event about the subject raises an alert again. */
  readonly isFinal?: true;
  /** Where not the version of the event's aggregate orders the facts about the subject. */
  readonly version?: number;
  /** An open alert about the subject is brought up to date instead of replaced by another one. */
  readonly occurrences?: AlertResource['occurrences'];
  /** When what the alert is about is gone, without an event that says so. */
  readonly expiresAt?: Date;
}

/** Above the version of any event: the event that ends a subject for good may be versioned by another aggregate. */
const finalVersion = 2 ** 31 - 1;

/** Orders facts about a subject: they may arrive in any order, and the newest decides. */
export interface AlertFact extends Omit<Meaning, 'isFinal' | 'version'> {
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

type Rule = (payload: unknown, aggregateId: string, time: Date) => readonly Meaning[];

const rule = <C extends EventContract>(
  contract: C,
  meaning: (payload: PayloadOf<C>, aggregateId: string, time: Date) => Meaning | readonly Meaning[],
): readonly [string, Rule] => [
  contract.key,
  // The transport has parsed it by this very contract.
  (payload, aggregateId, time) => [meaning(payload as PayloadOf<C>, aggregateId, time)].flat(),
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

/** What a dead letter is kept for at most where nothing says it; then its alert has nothing left to be about. */
const unknownRetentionMs = 90 * 86_400_000;

function deadLetterMeaning(
  { dead_letter_id, owner, queue, type, code, reason, cause }: PayloadOf<typeof deadLetterRecorded>,
  _: string,
  time: Date,
): Meaning {
  const what = `(${code}): ${type || 'without a type'}: ${reason}`;
  const link = `/api/v1/dead-letters/${dead_letter_id}`;
  const one = warning('dead_letter', `Dead-lettered message for ${owner} ${what}`, link);
  if (!cause)
    return {
      subject: `dead letter ${dead_letter_id}`,
      alarm: one,
      expiresAt: new Date(time.getTime() + unknownRetentionMs),
    };
  const filter = new URLSearchParams({ owner, code, ...(queue === null ? {} : { queue }) });
  const many = warning(
    'dead_letter',
    `${cause.waiting} dead-lettered messages for ${owner}, the last ${what}`,
    `/api/v1/dead-letters?${filter.toString()}`,
  );
  return causeMeaning(cause, cause.waiting > 1 ? many : one, time);
}

/** Without an alarm only the count has changed; none is left when nothing waits. */
function causeMeaning(cause: Cause, alarm: Alarm | undefined, time: Date): Meaning {
  const { cause_id, version, waiting, first_died_at, last_died_at, kept_until } = cause;
  const at = time.toISOString();
  return {
    subject: `dead letters ${cause_id}`,
    version,
    alarm: waiting > 0 ? alarm : undefined,
    ...(waiting > 0 && {
      occurrences: { count: waiting, first_at: first_died_at ?? at, last_at: last_died_at ?? at },
      expiresAt: kept_until ? new Date(kept_until) : new Date(time.getTime() + unknownRetentionMs),
    }),
  };
}

/** Every event that raises or resolves an alert, and nothing else does. */
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
  rule(deadLetterRecorded, deadLetterMeaning),
  rule(deadLetterReplayed, ({ dead_letter_id, cause }, _, time) => [
    // Raised by an orchestrator of before, for each letter.
    { subject: `dead letter ${dead_letter_id}`, alarm: undefined },
    ...(cause ? [causeMeaning(cause, undefined, time)] : []),
  ]),
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

/** None for events that no alert is about. */
export function alertFacts(event: RecordedEvent): readonly AlertFact[] {
  const { id, type, time, payload, aggregateId, aggregateVersion, traceparent } = event;
  const meanings = rules.get(type);
  if (!meanings || aggregateId === undefined || aggregateVersion === undefined) return [];
  return meanings(payload, aggregateId, time).map(({ isFinal, version = aggregateVersion, ...meaning }) => ({
    ...meaning,
    eventId: id,
    version: isFinal ? finalVersion : version,
    time,
    traceId: traceparent?.split('-')[1] ?? null,
  }));
}
