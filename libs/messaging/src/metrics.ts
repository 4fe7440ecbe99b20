import { counter, gauge, histogram } from '@ymera/observability';

/** All metrics of this library, on the process's one registry. */
export const metrics = {
  published: counter({
    name: 'ymera_messages_published_total',
    help: 'Messages published to the broker, by outcome. Normally almost all are confirmed.',
    labels: ['vhost', 'outcome'],
  }),
  inFlight: gauge({
    name: 'ymera_messages_in_flight',
    help: 'Messages published and not yet confirmed. Normally close to 0.',
    labels: ['vhost'],
  }),
  consumed: counter({
    name: 'ymera_messages_consumed_total',
    help: 'Deliveries by disposition. Normally almost all are acknowledged.',
    labels: ['queue', 'disposition'],
  }),
  handling: histogram({
    name: 'ymera_message_handling_seconds',
    help: 'Time of one call of a handler, for a message or a batch, in seconds.',
    labels: ['handler'],
  }),
  paused: gauge({
    name: 'ymera_consumer_paused',
    help: '1 while a consumer is paused by a transient failure. Normally 0.',
    labels: ['queue'],
  }),
  staleSettlements: counter({
    name: 'ymera_stale_settlements_total',
    help: 'Deliveries whose channel ended before they were settled, which the broker redelivers. Normally 0.',
    labels: ['queue'],
  }),
  reconnects: counter({
    name: 'ymera_broker_reconnects_total',
    help: 'Lost connections to the broker and failed connection attempts. Normally 0.',
    labels: ['connection'],
  }),
  poison: counter({
    name: 'ymera_poison_messages_total',
    help: 'Messages that could not be kept as they are: altered in their dead letter, or rejected. Normally 0.',
    labels: ['queue', 'outcome'],
  }),
  asked: histogram({
    name: 'ymera_query_seconds',
    help: 'Time from a query to its answer, as the caller sees it, in seconds. Normally below 1.',
    labels: ['query', 'outcome'],
  }),
};
