import type { Actor, DeadLetterResource } from '@ymera/contracts';
import { err, ok, type Clock, type Result } from '@ymera/kernel';
import { replay, replayRefusal, type DeadLetter } from '../domain/dead-letter';
import type { DeadLetterMetrics, DeadLetterUnitOfWork, SendBack } from './dead-letter-ports';
import type { PublishDeadLetters } from './publish-dead-letters';
import { deadLetterNotFound, type ReadDeadLetters } from './read-dead-letters';

interface Dependencies {
  readonly unitOfWork: DeadLetterUnitOfWork;
  readonly reading: Pick<ReadDeadLetters, 'view'>;
  readonly publishing: Pick<PublishDeadLetters, 'replayed'>;
  readonly metrics: DeadLetterMetrics;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly retentionMs: number;
  /** The header in which the replay of a letter of an earlier version names its first sender. */
  readonly senderHeader: string;
}

/**
 * Sends a dead-lettered message back to exactly its queue, never to an exchange, which would deliver it to other
 * consumers again. It keeps its id, so a consumer that handled it before does not handle it again.
 */
export class ReplayDeadLetter {
  constructor(private readonly deps: Dependencies) {}

  async execute(deadLetterId: string, { name }: Actor): Promise<Result<DeadLetterResource>> {
    const { unitOfWork, clock, reading, publishing, retentionMs, metrics } = this.deps;
    let isReplayedNow = false;
    const result = await unitOfWork.run(async (tx): Promise<Result<DeadLetterResource>> => {
      const letter = await tx.deadLetters.lock(deadLetterId);
      if (!letter) return err(deadLetterNotFound);
      const now = clock.now();
      // The same operator asks again, whose first answer may have been lost: nothing is sent twice.
      if (letter.state === 'replayed' && letter.replayedBy === name)
        return ok(reading.view(letter, await tx.deadLetters.bodyOf(deadLetterId)));
      const refusal = replayRefusal(letter, now, retentionMs);
      if (refusal) return err(refusal);
      const replayed = replay(letter, name, now);
      const body = await tx.deadLetters.bodyOf(deadLetterId);
      await tx.deadLetters.update(replayed);
      await tx.sendBack.schedule(this.messageOf(letter, body, now));
      await publishing.replayed(tx, replayed, name, now);
      isReplayedNow = true;
      return ok(reading.view(replayed, body));
    });
    if (isReplayedNow && result.ok) metrics.replayed(result.value.owner);
    return result;
  }

  private messageOf(letter: DeadLetter, body: Buffer, now: Date): Parameters<SendBack['schedule']>[0] {
    const { vhost, queue, messageId, type, traceparent, principalId, origin } = letter;
    return {
      vhost,
      queue: queue ?? '',
      retryAt: now,
      // Only agents' messages may be without one; consumers do not rely on theirs.
      messageId: messageId ?? this.deps.newId(),
      type,
      headers: {
        ...(traceparent === undefined ? {} : { traceparent }),
        ...(origin?.headers ?? (principalId === undefined ? {} : { [this.deps.senderHeader]: principalId })),
      },
      body,
    };
  }
}
