import { withTimeout } from '@ymera/kernel';
import type { OutboxPublisher, OutboxRow, PublishOutcome } from './outbox-publisher';

/** Below the database's idle-in-transaction limit: the sweep holds a transaction open meanwhile. */
const publishTimeoutMs = 10_000;

/**
 * Exactly one outcome per row within ten seconds, whatever the publisher does: a missing outcome, a rejection and a
 * hanging publisher are failures, and the row is published again later.
 */
export async function publishGuarded<Row extends OutboxRow>(
  publisher: OutboxPublisher,
  rows: readonly Row[],
): Promise<readonly { readonly row: Row; readonly outcome: PublishOutcome }[]> {
  const failed = (reason: string) => rows.map(({ id }): PublishOutcome => ({ id, kind: 'failed', reason }));
  const published = (async () => publisher.publish(rows))().catch((error: unknown) =>
    failed(error instanceof Error ? error.message : 'the publisher failed'),
  );
  const outcomes = await withTimeout(publishTimeoutMs, published, () =>
    failed(`no answer within ${publishTimeoutMs} ms`),
  );
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  return rows.map((row) => ({
    row,
    outcome: byId.get(row.id) ?? { id: row.id, kind: 'failed', reason: 'the publisher gave no outcome' },
  }));
}
