import { AsyncLocalStorage } from 'node:async_hooks';
import type { Inbox, Messages, UnitOfWork } from '@ymera/unit-of-work';
import { RecordingOutbox } from './recording-outbox';

class InMemoryInbox implements Inbox {
  constructor(private readonly taken: Set<string>) {}

  async accept(consumer: string, messageId: string): Promise<boolean> {
    const key = `${consumer} ${messageId}`;
    if (this.taken.has(key)) return false;
    this.taken.add(key);
    return true;
  }
}

/**
 * Transactions over plain data: objects, arrays, maps, sets, dates, as `structuredClone` copies them. Each transaction
 * works on a copy through stores made for it; its changes, messages and accepted ids count only when it does not throw.
 * Transactions are serial, so a nested one is refused.
 */
export class InMemoryUnitOfWork<State extends object, Stores extends object> implements UnitOfWork<Stores> {
  /** Messages of committed transactions. */
  readonly outbox = new RecordingOutbox();

  private committed: State;
  private taken = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();
  private readonly inside = new AsyncLocalStorage<true>();

  constructor(
    initial: State,
    private readonly stores: (state: State) => Stores,
  ) {
    this.committed = structuredClone(initial);
  }

  /** The committed state; a test changes it by hand to arrange a case. */
  get state(): State {
    return this.committed;
  }

  run<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R> {
    if (this.inside.getStore()) return Promise.reject(new Error('a transaction inside of a transaction'));
    const result = this.last.then(() => this.inside.run(true, () => this.transaction(work)));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async transaction<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R> {
    const state = structuredClone(this.committed);
    const taken = new Set(this.taken);
    const outbox = new RecordingOutbox();
    const result = await work(Object.assign(this.stores(state), { outbox, inbox: new InMemoryInbox(taken) }));
    this.committed = state;
    this.taken = taken;
    this.outbox.messages.push(...outbox.messages);
    return result;
  }
}
