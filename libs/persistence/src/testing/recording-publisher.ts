import type { OutboxPublisher, OutboxRow, PublishOutcome } from '../outbox/outbox-publisher';

/** A fake broker that the test controls; confirms everything by default. */
export class RecordingPublisher implements OutboxPublisher {
  readonly published: OutboxRow[] = [];
  readonly calls: number[] = [];

  constructor(
    private readonly answer: (row: OutboxRow) => PublishOutcome | Promise<PublishOutcome> = ({ id }) => ({
      id,
      kind: 'confirmed',
    }),
  ) {}

  async publish(rows: readonly OutboxRow[]): Promise<readonly PublishOutcome[]> {
    this.calls.push(rows.length);
    this.published.push(...rows);
    return Promise.all(rows.map(async (row) => this.answer(row)));
  }
}
