import {
  type DeadLetterResource,
  type listDeadLetters,
  pageCursor,
  type PayloadOf,
  type ReplyOf,
  uuid,
} from '@ymera/contracts';
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
  'This dead letter does not exist.',
);

const cursors = pageCursor('dead_letters', uuid);

export class ReadDeadLetters {
  constructor(private readonly deps: Dependencies) {}

  async page(filter: PayloadOf<typeof listDeadLetters>): Promise<Result<ReplyOf<typeof listDeadLetters>>> {
    const { cursor, limit, ...wanted } = filter;
    const before = cursors.decode(cursor);
    if (!before.ok) return before;
    const found = await this.deps.unitOfWork.run((tx) =>
      tx.deadLetters.page({ ...wanted, before: before.value, limit: limit + 1 }),
    );
    const page = cursors.page(found, limit, ({ letter }) => letter.deadLetterId);
    return ok({
      ...page,
      items: page.items.map(({ letter, excerpt }) => ({ ...summaryOf(letter), excerpt })),
    });
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
