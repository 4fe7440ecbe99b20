import type { DeadLetterState, ServiceName, VirtualHost } from '@ymera/contracts';
import { failure, uuidv7Time, type Failure } from '@ymera/kernel';

/** A dead message as it is kept. */
export interface DeadLetter {
  readonly deadLetterId: string;
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  readonly queue: string | undefined;
  readonly messageId: string | undefined;
  readonly type: string;
  readonly principalId: string | undefined;
  readonly code: string;
  readonly reason: string;
  readonly traceparent: string | undefined;
  readonly state: DeadLetterState;
  readonly deaths: number;
  readonly diedAt: Date;
  readonly replayedAt: Date | undefined;
  readonly replayedBy: string | undefined;
  /** Of its facts. */
  readonly version: number;
  /** Bytes of the body, also of what was not kept of it. */
  readonly size: number;
  readonly isTruncated: boolean;
}

/** What is told of one death. */
export type DeadLetterCause = Pick<
  DeadLetter,
  'vhost' | 'owner' | 'queue' | 'messageId' | 'type' | 'principalId' | 'code' | 'reason' | 'traceparent'
> & {
  /** The same whenever the same death is told again; undefined when nobody knows. */
  readonly diedAt: Date | undefined;
  readonly size: number;
  readonly isTruncated: boolean;
};

/** Bigger bodies are kept in part, to be looked at: services publish at most half of this, agents may try anything. */
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

/** What the broker says when no consumer finished with a message. */
export const brokerGaveUp = 'delivery_limit';

/**
 * The same message is told dead once more. Only after a replay that is another death; before it, the broker or a consumer
 * that lost its connection repeats itself. The broker tells deaths to the second, so two of them may look like one: taking
 * one death for two is harmless, because consumers take a message once, but taking two for one would lose it. Undefined:
 * nothing new.
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

const refuse = (code: string, message: string, suggestion: string): Failure =>
  failure('conflict', code, message, { suggestion });

/**
 * Why it cannot be sent back; undefined when it can. A replay of what agents say about themselves would bring back the past:
 * sessions and sequences have moved on, and enforcement judges by them. What an agent says of a task is different: the
 * attempt's fencing token decides whether it still counts.
 */
export function replayRefusal(letter: DeadLetter, now: Date, retentionMs: number): Failure | undefined {
  const { state, queue, vhost, owner, principalId, messageId, isTruncated } = letter;
  if (state === 'replayed')
    return refuse(
      'dead_letter_replayed',
      `It was replayed already, by ${letter.replayedBy ?? 'somebody'}.`,
      'When it dies again, it can be replayed again.',
    );
  const notReplayable = (message: string): Failure =>
    refuse('dead_letter_not_replayable', message, 'It stays here to be looked at.');
  if (queue === undefined) return notReplayable('Nothing trustworthy says in which queue it died.');
  if (isTruncated) return notReplayable('It was too large to be kept whole.');
  if (vhost === 'agents') {
    if (owner !== 'orchestrator')
      return notReplayable(
        'A report or greeting of an agent is about a moment that has passed; a newer one counts.',
      );
    if (principalId === undefined) return notReplayable('The broker did not validate who sent it.');
    return undefined;
  }
  const madeAt = messageId === undefined ? undefined : uuidv7Time(messageId);
  if (madeAt === undefined)
    return notReplayable('It has no id by which its consumer could tell that it takes it once.');
  if (now.getTime() - madeAt > retentionMs)
    return refuse(
      'dead_letter_expired',
      'Its consumer does not remember ids of that age, and would refuse it.',
      'Ask for the work again instead.',
    );
  return undefined;
}
