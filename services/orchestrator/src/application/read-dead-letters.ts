import type { DeadLetterResource, listDeadLetters, PayloadOf, ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Failure, type Result } from '@ymera/kernel';
import { replayRefusal, type DeadLetter } from '../domain/dead-letter';
import { readableBody, type Redaction } from '../domain/readable-body';
import type { DeadLetterUnitOfWork } from './dead-letter-ports';

interface Dependencies {
  readonly unitOfWork: DeadLetterUnitOfWork;
  readonly redaction: Redaction;
  readonly clock: Clock;
  /** Consumers refuse messages with older ids. */
  readonly retentionMs: number;
}

export const deadLetterNotFound = failure(
  'not_found',
  'dead_letter_not_found',
  'There is no such dead letter.',
);

const cursorFormat = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class ReadDeadLetters {
  constructor(private readonly deps: Dependencies) {}

  async page(filter: PayloadOf<typeof listDeadLetters>): Promise<Result<ReplyOf<typeof listDeadLetters>>> {
    const { cursor, limit } = filter;
    if (cursor !== undefined && !cursorFormat.test(cursor))
      return err(failure('validation', 'cursor_invalid', 'A cursor is sent back as it was given.'));
    const found = await this.deps.unitOfWork.run((tx) =>
      tx.deadLetters.page({ ...filter, limit: limit + 1 }),
    );
    const items = found.slice(0, limit).map(({ letter, excerpt }) => ({ ...summaryOf(letter), excerpt }));
    const last = items.at(-1);
    return ok({ items, next_cursor: found.length > limit && last ? last.dead_letter_id : null });
  }

  async one(deadLetterId: string): Promise<Result<DeadLetterResource>> {
    return this.deps.unitOfWork.run(async (tx) => {
      const letter = await tx.deadLetters.find(deadLetterId);
      if (!letter) return err(deadLetterNotFound);
      return ok(this.view(letter, await tx.deadLetters.bodyOf(deadLetterId)));
    });
  }

  view(letter: DeadLetter, body: Buffer): DeadLetterResource {
    const { redaction, clock, retentionMs } = this.deps;
    const readable = readableBody(body, redaction);
    return {
      ...summaryOf(letter),
      body: readable.body,
      encoding: readable.encoding,
      is_truncated: readable.isTruncated || letter.isTruncated,
      replay_refusal: refusalOf(replayRefusal(letter, clock.now(), retentionMs)),
    };
  }
}

const refusalOf = (refusal: Failure | undefined): DeadLetterResource['replay_refusal'] =>
  refusal ? { code: refusal.code, message: refusal.message } : null;

function summaryOf(letter: DeadLetter) {
  return {
    dead_letter_id: letter.deadLetterId,
    owner: letter.owner,
    vhost: letter.vhost,
    queue: letter.queue ?? null,
    message_id: letter.messageId ?? null,
    type: letter.type,
    principal_id: letter.principalId ?? null,
    code: letter.code,
    reason: letter.reason,
    trace_id: letter.traceparent?.split('-')[1] ?? null,
    deaths: letter.deaths,
    state: letter.state,
    died_at: letter.diedAt.toISOString(),
    replayed_at: letter.replayedAt?.toISOString() ?? null,
    replayed_by: letter.replayedBy ?? null,
    size: letter.size,
  };
}
