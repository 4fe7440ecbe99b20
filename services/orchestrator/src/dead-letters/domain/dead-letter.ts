import {
  commands,
  deadLetterKeeper,
  type DeadLetterState,
  type MessageHeaders,
  type ServiceName,
  type VirtualHost,
} from '@ymera/contracts';
import { failure, uuidv7Time, type Failure } from '@ymera/kernel';

/** Opaque here: only the consumer of the message can tell whether they are true. */
export interface DeadLetterOrigin {
  /** The broker-validated user id of the first delivery. */
  readonly sender?: string | undefined;
  readonly headers: MessageHeaders;
  /** The consumer has authenticated them. */
  readonly isAuthenticated: boolean;
}

/** A dead-lettered message as it is stored. */
export interface DeadLetter {
  readonly deadLetterId: string;
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  readonly queue: string | undefined;
  readonly messageId: string | undefined;
  readonly type: string;
  readonly principalId: string | undefined;
  /** Headers by which its consumer knows who sent it first (ADR 0020); undefined in letters of earlier versions. */
  readonly origin: DeadLetterOrigin | undefined;
  readonly code: string;
  readonly reason: string;
  readonly traceparent: string | undefined;
  readonly state: DeadLetterState;
  readonly deaths: number;
  readonly diedAt: Date;
  readonly replayedAt: Date | undefined;
  readonly replayedBy: string | undefined;
  /** The `aggregate_version` of its last event. */
  readonly version: number;
  /** Bytes of the body, including any part that was not stored. */
  readonly size: number;
  readonly isTruncated: boolean;
}

/** One notice of one dead-lettering. */
export type DeadLetterCause = Pick<
  DeadLetter,
  | 'vhost'
  | 'owner'
  | 'queue'
  | 'messageId'
  | 'type'
  | 'principalId'
  | 'origin'
  | 'code'
  | 'reason'
  | 'traceparent'
> & {
  /** Equal for repeated notices of the same dead-lettering; undefined when unknown. */
  readonly diedAt: Date | undefined;
  readonly size: number;
  readonly isTruncated: boolean;
};

/**
 * Larger bodies are stored in part, for inspection: services publish at most half of this, agents may send anything.
 */
export const keptBodyBytes = 8 * 1024 * 1024;

export const record = (deadLetterId: string, death: DeadLetterCause, now: Date): DeadLetter => ({
  ...death,
  deadLetterId,
  state: 'pending',
  deaths: 1,
  diedAt: death.diedAt ?? now,
  replayedAt: undefined,
  replayedBy: undefined,
  version: 1,
});

/** The code for a message that no consumer finished, as the broker reports it. */
export const brokerGaveUp = 'delivery_limit';

/**
 * The same message is reported dead-lettered once more. Only after a replay is that a new dead-lettering; before it,
 * the broker or a consumer that lost its connection repeats itself. The broker reports the time in whole seconds, so
 * two dead-letterings may look like one. Two recorded as one are harmless, because consumers deduplicate; one recorded
 * as two would lose the message. Returns undefined for a repeat.
 */
export function recordRedelivery(
  letter: DeadLetter,
  death: DeadLetterCause,
  now: Date,
): DeadLetter | undefined {
  const diedAt = death.diedAt ?? now;
  const isRepeated = diedAt.getTime() === letter.diedAt.getTime() && death.code !== brokerGaveUp;
  if (letter.state !== 'replayed' || isRepeated) return undefined;
  return {
    ...letter,
    origin: death.origin,
    code: death.code,
    reason: death.reason,
    state: 'died_again',
    deaths: letter.deaths + 1,
    diedAt,
    version: letter.version + 1,
  };
}

export const replay = (letter: DeadLetter, by: string, now: Date): DeadLetter => ({
  ...letter,
  state: 'replayed',
  replayedAt: now,
  replayedBy: by,
  version: letter.version + 1,
});

/**
 * A replay is sent by us, and the sender of the message must not be taken for us by it: its consumer has to know. Messages to
 * ourselves we authenticate ourselves. A letter of an earlier version names no sender; its consumer did not ask for one then.
 */
function isSenderKnown({ owner, origin, type }: DeadLetter): boolean {
  if (origin === undefined)
    return (
      owner === deadLetterKeeper ||
      commands.some(({ key, senders }) => key === type && senders.includes(deadLetterKeeper))
    );
  return origin.sender !== undefined && (origin.isAuthenticated || owner === deadLetterKeeper);
}

const refuse = (code: string, message: string, suggestion: string): Failure =>
  failure('conflict', code, message, { suggestion });

/**
 * Why it cannot be replayed; undefined when it can. A replay of what agents report about themselves would bring back
 * the past: sessions and sequences have moved on, and sanctions are decided from them. Results of tasks are different:
 * the attempt's fencing token decides whether they still count.
 */
export function replayRefusal(letter: DeadLetter, now: Date, retentionMs: number): Failure | undefined {
  const { state, queue, vhost, owner, principalId, messageId, isTruncated } = letter;
  if (state === 'replayed')
    return refuse(
      'dead_letter_replayed',
      `The message was replayed already, by ${letter.replayedBy ?? 'an unknown administrator'}.`,
      'It can be replayed again once it is dead-lettered again.',
    );
  const notReplayable = (message: string): Failure =>
    refuse('dead_letter_not_replayable', message, 'It stays in the list for inspection.');
  if (queue === undefined) return notReplayable('Its queue is not known from a trusted source.');
  if (isTruncated) return notReplayable('It was too large to be stored whole.');
  if (vhost === 'agents') {
    if (owner !== 'orchestrator')
      return notReplayable('Reports and hellos of agents are about a past moment; a newer one counts.');
    if (principalId === undefined) return notReplayable('The broker did not validate its sender.');
    return undefined;
  }
  if (letter.code === 'sender_not_allowed')
    return notReplayable('Its sender may not send it, and a replay does not change who sent it.');
  if (!isSenderKnown(letter)) return notReplayable('Its consumer could not be told reliably who sent it.');
  const madeAt = messageId === undefined ? undefined : uuidv7Time(messageId);
  if (madeAt === undefined)
    return notReplayable('It has no message id by which its consumer could deduplicate it.');
  if (now.getTime() - madeAt > retentionMs)
    return refuse(
      'dead_letter_expired',
      'Its consumer no longer remembers ids of that age and would refuse it.',
      'Request the work again instead.',
    );
  return undefined;
}
