import { counter, gauge, histogram } from '@ymera/observability';
import type { PublishOutcome } from './outbox-publisher';
import type { OutboxDepth } from './outbox-table';

const labels = ['service'] as const;

const rows = gauge({
  name: 'ymera_outbox_rows',
  help: 'Committed messages that the broker has not confirmed. Normally close to 0.',
  labels,
});
const oldestAge = gauge({
  name: 'ymera_outbox_oldest_age_seconds',
  help: 'Age of the oldest unconfirmed message, in seconds. Normally below 2.',
  labels,
});
const redeliveries = gauge({
  name: 'ymera_delayed_deliveries',
  help: 'Deliveries that wait for their retry. Normally close to 0.',
  labels,
});
const published = counter({
  name: 'ymera_outbox_published_total',
  help: 'Messages given to the broker, by path and outcome. Normally almost all immediate and confirmed.',
  labels: [...labels, 'way', 'outcome'],
});
const leftToPoll = counter({
  name: 'ymera_outbox_left_to_sweep_total',
  help: 'Committed messages that did not fit into memory and wait for the outbox poller. Normally 0.',
  labels,
});
const publishSeconds = histogram({
  name: 'ymera_outbox_publish_seconds',
  help: 'Time from the commit of a message to its confirmation, in seconds, without the outbox poller. Normally below 0.1.',
  labels,
});

/** The metrics of the relay of one service; a process may host several. */
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
