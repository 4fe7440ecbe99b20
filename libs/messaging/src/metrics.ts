import { counter, gauge, histogram } from '@ymera/observability';

/** Everything this library measures, on the process's one registry. */
export const metrics = {
  published: counter({
    name: 'ymera_messages_published_total',
    help: 'Messages given to the broker, by how that ended.',
    labels: ['vhost', 'outcome'],
  }),
  inFlight: gauge({
    name: 'ymera_messages_in_flight',
    help: 'Messages published and not yet confirmed.',
    labels: ['vhost'],
  }),
  consumed: counter({
    name: 'ymera_messages_consumed_total',
    help: 'Deliveries by what became of them.',
    labels: ['queue', 'disposition'],
  }),
  handling: histogram({
    name: 'ymera_message_handling_seconds',
    help: 'Time of one call of a handler, be it for a message or a batch.',
    labels: ['handler'],
  }),
  paused: gauge({
    name: 'ymera_consumer_paused',
    help: '1 while a consumer waits for a passing failure to end.',
    labels: ['queue'],
  }),
  staleSettlements: counter({
    name: 'ymera_stale_settlements_total',
    help: 'Deliveries whose channel had ended before they were settled; the broker delivers them again.',
    labels: ['queue'],
  }),
  reconnects: counter({
    name: 'ymera_broker_reconnects_total',
    help: 'Lost connections to the broker, failed attempts included.',
    labels: ['connection'],
  }),
  poison: counter({
    name: 'ymera_poison_messages_total',
    help: 'Messages that could not be kept as they are: altered in their dead letter, or rejected. Normally 0.',
    labels: ['queue', 'outcome'],
  }),
  asked: histogram({
    name: 'ymera_query_seconds',
    help: 'Time of a query as its asker sees it.',
    labels: ['query', 'outcome'],
  }),
};
