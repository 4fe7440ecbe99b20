import { deadLetterRecorded, deadLetterReplayed } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import type { DeadLetter } from '../domain/dead-letter';
import {
  causeFact,
  causeIdOf,
  mustPublish,
  published,
  withUnpublished,
  type PublishedCause,
} from '../domain/dead-letter-cause';
import type { DeadLetterUnitOfWork } from './dead-letter-ports';

type Transaction = Parameters<Parameters<DeadLetterUnitOfWork['run']>[0]>[0];

interface Dependencies {
  readonly unitOfWork: DeadLetterUnitOfWork;
  readonly clock: Clock;
  /** Between two facts about waiting letters of one cause. */
  readonly periodMs: number;
  /** How long a dead letter is kept at most. */
  readonly keptMs: number;
}

/** A fact about a dead letter that is dead-lettered itself must not become the next such fact: that would never end. */
const unpublishable: readonly string[] = [deadLetterRecorded.key, deadLetterReplayed.key];

const causesPerPass = 100;

/**
 * The facts about dead letters. A flood of one cause is one fact at once and one per period after it, so that it costs
 * neither an alert nor an audit entry for each message; each fact says how many letters wait. The letters are all kept.
 */
export class PublishDeadLetters {
  constructor(private readonly deps: Dependencies) {}

  /** In the transaction that records the letter. */
  async recorded(tx: Transaction, letter: DeadLetter): Promise<void> {
    if (unpublishable.includes(letter.type)) return;
    const cause = await tx.causes.lock(causeIdOf(letter));
    if (mustPublish(cause, this.deps.clock.now(), this.deps.periodMs)) await this.publish(tx, cause, letter);
    else await tx.causes.save(withUnpublished(cause));
  }

  /** In the transaction that replays the letter. */
  async replayed(tx: Transaction, letter: DeadLetter, by: string, at: Date): Promise<void> {
    const cause = await tx.causes.lock(causeIdOf(letter));
    const fact = await this.next(tx, cause);
    await tx.outbox.event(deadLetterReplayed, {
      aggregateId: letter.deadLetterId,
      aggregateVersion: letter.version,
      payload: { ...named(letter), replayed_by: by, replayed_at: at.toISOString(), cause: fact },
    });
  }

  /** Tells the letters of a period together. Several instances may do this at the same time. */
  async execute(): Promise<void> {
    const { unitOfWork, clock, periodMs } = this.deps;
    const publishedBy = new Date(clock.now().getTime() - periodMs);
    for (;;) {
      const taken = await unitOfWork.run(async (tx) => {
        const due = await tx.causes.takeDue(publishedBy, causesPerPass);
        for (const cause of due) {
          const letter = await tx.deadLetters.newestOf(cause.causeId);
          if (letter) await this.publish(tx, cause, letter);
          else await tx.causes.save({ ...cause, unpublished: 0, isOpen: false });
        }
        return due.length;
      });
      if (taken < causesPerPass) return;
    }
  }

  private async publish(tx: Transaction, cause: PublishedCause, letter: DeadLetter): Promise<void> {
    const fact = await this.next(tx, cause);
    await tx.outbox.event(deadLetterRecorded, {
      aggregateId: letter.deadLetterId,
      aggregateVersion: letter.version,
      payload: {
        ...named(letter),
        code: letter.code,
        reason: letter.reason,
        deaths: letter.deaths,
        died_at: letter.diedAt.toISOString(),
        cause: fact,
      },
    });
  }

  private async next(tx: Transaction, cause: PublishedCause): Promise<ReturnType<typeof causeFact>> {
    const { clock, keptMs } = this.deps;
    const waiting = await tx.deadLetters.waitingOf(cause.causeId);
    const next = published(cause, waiting, clock.now());
    await tx.causes.save(next);
    return causeFact(next, waiting, keptMs);
  }
}

const named = (letter: DeadLetter) => ({
  dead_letter_id: letter.deadLetterId,
  owner: letter.owner,
  vhost: letter.vhost,
  queue: letter.queue ?? null,
  type: letter.type,
  message_id: letter.messageId ?? null,
});
