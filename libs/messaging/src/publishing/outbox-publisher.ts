import type { OutgoingMessage, ServiceIdentity } from '@ymera/contracts';
import type { Failure } from '@ymera/kernel';
import { asStoredNow } from './former-rows';
import type { Publisher } from './publisher';

/** A stored message; `id` is the row's. */
interface Row extends OutgoingMessage {
  readonly id: string;
}

type PublishOutcome =
  | { readonly id: string; readonly kind: 'confirmed' }
  | { readonly id: string; readonly kind: 'unroutable' | 'failed'; readonly reason: string };

const outcomeOf = (id: string, problem: Failure | undefined): PublishOutcome => {
  if (problem === undefined) return { id, kind: 'confirmed' };
  return { id, kind: problem.code === 'unroutable' ? 'unroutable' : 'failed', reason: problem.message };
};

/** The outbox's publisher (the port of that name in @ymera/persistence): rows in, one outcome for each. */
export class RabbitOutboxPublisher {
  constructor(
    private readonly publisher: Publisher,
    private readonly own: ServiceIdentity,
  ) {}

  async publish(rows: readonly Row[]): Promise<readonly PublishOutcome[]> {
    const problems = await this.publisher.publishAll(rows.map((row) => asStoredNow(row, this.own)));
    return rows.map(({ id }, index) => outcomeOf(id, problems[index]));
  }
}
