import { alertStoreContract } from './alert-store.contract';
import { idempotencyStoreContract } from './idempotency-store.contract';
import { InMemoryAlertStore } from './in-memory-alert-store';
import { InMemoryIdempotencyStore } from './in-memory-idempotency-store';
import { InMemoryTimelineStore } from './in-memory-timeline-store';
import { timelineStoreContract } from './timeline-store.contract';

describe('InMemoryIdempotencyStore', () => {
  const store = new InMemoryIdempotencyStore();
  idempotencyStoreContract(() => store);
});

describe('InMemoryTimelineStore', () => {
  const store = new InMemoryTimelineStore();
  timelineStoreContract(() => store);
});

describe('InMemoryAlertStore', () => {
  const store = new InMemoryAlertStore();
  alertStoreContract(() => store);
});
