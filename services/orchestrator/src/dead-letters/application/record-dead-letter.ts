import type { Messages } from '@ymera/unit-of-work';
import { failure, FailureException, sha256Hex, type Clock } from '@ymera/kernel';
import {
  record,
  recordRedelivery,
  keptBodyBytes,
  type DeadLetter,
  type DeadLetterCause,
} from '../domain/dead-letter';
import { excerptOf, type Redaction } from '../domain/readable-body';
import type { DeadLetterMetrics, DeadLetterStores, DeadLetterUnitOfWork } from './dead-letter-ports';
import type { PublishDeadLetters } from './publish-dead-letters';

export type DeadMessage = Omit<DeadLetterCause, 'size' | 'isTruncated'> & {
  readonly body: Buffer;
  /** Before its consumer cut the body; undefined where it is whole. */
  readonly bodyBytes?: number | undefined;
};
type Transaction = DeadLetterStores & Messages;

interface Dependencies {
  readonly unitOfWork: DeadLetterUnitOfWork;
  readonly redaction: Redaction;
  readonly publishing: Pick<PublishDeadLetters, 'recorded'>;
  readonly metrics: DeadLetterMetrics;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Of each owner on each virtual host. */
  readonly maxLetters: number;
}

/** Keeps a dead message, once however often it is told. */
export class RecordDeadLetter {
  constructor(private readonly deps: Dependencies) {}

  async execute({ body, bodyBytes, ...message }: DeadMessage): Promise<void> {
    const { unitOfWork, metrics } = this.deps;
    const size = bodyBytes ?? body.length;
    const death = { ...message, size, isTruncated: size > Math.min(body.length, keptBodyBytes) };
    const fingerprint = fingerprintOf(message, body);
    const recorded = await unitOfWork.run(async (tx) => {
      const letter = await this.record(tx, death, fingerprint, body);
      if (letter) await this.deps.publishing.recorded(tx, letter);
      return letter;
    });
    if (recorded) metrics.died(recorded.owner, recorded.code);
  }

  private async record(
    tx: Transaction,
    death: DeadLetterCause,
    fingerprint: string,
    body: Buffer,
  ): Promise<DeadLetter | undefined> {
    const { clock, newId, redaction } = this.deps;
    const same = await tx.deadLetters.lockSame(fingerprint);
    if (same) {
      const again = recordRedelivery(same, death, clock.now());
      if (again) await tx.deadLetters.update(again);
      return again;
    }
    await this.makeRoom(tx, death);
    const letter = record(newId(), death, clock.now());
    const kept = body.subarray(0, keptBodyBytes);
    const isFirst = await tx.deadLetters.insert(letter, fingerprint, excerptOf(kept, redaction), kept);
    return isFirst ? letter : undefined;
  }

  /**
   * Messages of services are never deleted to make room: they stay in the broker until there is some. Agents could fill
   * a disk that way, so the oldest of theirs is deleted; the truth about their tasks is in the database.
   */
  private async makeRoom(tx: Transaction, { vhost, owner }: DeadLetterCause): Promise<void> {
    const { maxLetters } = this.deps;
    if ((await tx.deadLetters.count(vhost, owner, maxLetters)) < maxLetters) return;
    if (vhost === 'agents') return tx.deadLetters.deleteOldest(vhost, owner);
    throw new FailureException(
      failure(
        'unavailable',
        'dead_letters_full',
        `The limit of ${maxLetters} dead letters of ${owner} is reached. Raise YMERA_DEAD_LETTER_LIMIT or lower YMERA_DEAD_LETTER_RETENTION_DAYS.`,
        {
          retryable: true,
        },
      ),
    );
  }
}

/** What tells one message from another. Agents choose their own ids, so theirs alone would let one hide another's. */
function fingerprintOf(message: Omit<DeadMessage, 'body' | 'bodyBytes'>, body: Buffer): string {
  const { vhost, owner, queue, messageId, principalId, diedAt } = message;
  const told = messageId ?? diedAt?.toISOString() ?? '';
  return sha256Hex(JSON.stringify([vhost, owner, queue, told, principalId, sha256Hex(body)]));
}
