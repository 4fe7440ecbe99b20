import { counter, gauge, histogram } from '@ymera/observability';
import type { PublishOutcome } from './outbox-publisher';
import type { OutboxDepth } from './outbox-table';

const labels = ['service'] as const;

const rows = gauge({
  name: 'ymera_outbox_rows',
  help: 'Committed messages not confirmed by the broker',
  labels,
});
const oldestAge = gauge({
  name: 'ymera_outbox_oldest_age_seconds',
  help: 'Age of the oldest of them',
  labels,
});
const redeliveries = gauge({
  name: 'ymera_delayed_deliveries',
  help: 'Deliveries waiting for their time',
  labels,
});
const published = counter({
  name: 'ymera_outbox_published_total',
  help: 'Messages handed to the broker, by the way they took and what came of it',
  labels: [...labels, 'way', 'outcome'],
});
const leftToPoll = counter({
  name: 'ymera_outbox_left_to_sweep_total',
  help: 'Committed messages that did not fit into memory and wait for the sweep',
  labels,
});
const publishSeconds = histogram({
  name: 'ymera_outbox_publish_seconds',
  help: 'From the commit of a message to its confirmation, without the sweep',
  labels,
});

/** What the relay of one service measures; a process may host several. */
export class OutboxMetrics {
  constructor(private readonly service: string) {}

  depth(depth: OutboxDepth): void {
    rows.set({ service: this.service }, depth.rows);
    oldestAge.set({ service: this.service }, depth.oldestAgeSeconds);
    redeliveries.set({ service: this.service }, depth.redeliveries);
  }

  published(way: 'immediate' | 'sweep', outcome: PublishOutcome['kind']): void {
    published.inc({ service: this.service, way, outcome });
  }

  confirmedAfter(milliseconds: number): void {
    publishSeconds.observe({ service: this.service }, milliseconds / 1000);
  }

  leftToPoll(): void {
    leftToPoll.inc({ service: this.service });
  }
}
