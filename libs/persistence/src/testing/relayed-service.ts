import { eventually } from '@ymera/testing';
import type { Database } from '../database/database';
import type { OutboxPublisher, PublishOutcome } from '../outbox/outbox-publisher';
import { OutboxRelay } from '../outbox/outbox-relay';
import { counterService, sendFact, type CounterService } from './counter-service';

export const confirmed = ({ id }: { readonly id: string }): PublishOutcome => ({ id, kind: 'confirmed' });
export const failed = ({ id }: { readonly id: string }): PublishOutcome => ({
  id,
  kind: 'failed',
  reason: 'no connection',
});
export const unroutable = ({ id }: { readonly id: string }): PublishOutcome => ({
  id,
  kind: 'unroutable',
  reason: 'NO_ROUTE',
});

/** A service with an outbox, and relays of it that are stopped after each test. For the body of a `describe`. */
export function relayedService() {
  let service: CounterService;
  const relays: OutboxRelay[] = [];
  beforeAll(async () => {
    service = await counterService();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await service.database.sql.query('DELETE FROM outbox');
  });
  afterAll(() => service.end());

  function relayOf(publisher: OutboxPublisher, database: Database = service.database): OutboxRelay {
    const relay = new OutboxRelay({ database, publisher, service: 'registry' });
    relays.push(relay);
    return relay;
  }

  async function started(publisher: OutboxPublisher): Promise<OutboxRelay> {
    const relay = relayOf(publisher);
    await relay.start();
    return relay;
  }

  /** A process that commits and dies before it can publish. */
  const commitAndDie = (count = 1) =>
    service.unitOfWork().run(async (tx) => {
      for (let index = 0; index < count; index += 1) await sendFact(tx.outbox, `agent-${index}`, 1);
    });

  const expectEmpty = () => eventually(async () => expect(await service.outboxIds()).toEqual([]));
  const makeDue = () => service.database.sql.query('UPDATE outbox SET available_at = now()');

  return {
    get service(): CounterService {
      return service;
    },
    relayOf,
    started,
    commitAndDie,
    expectEmpty,
    makeDue,
  };
}

/** Keeps who waits for `opened` until `open` is called. */
export function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
