/**
 * Loaded into services by tests only (`preload` of `startPlatform`), before their own code. Disables a guarantee of the
 * libraries or the orchestrator, when and where the test requests it: production code has no switch for that.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Channel as AmqpChannel, ConsumeMessage } from 'amqplib';
import { type Breakage, markOf, readBreakage } from './breakage';

/** By path: the patched code is internal to packages, and the service must load exactly the files that are patched here. */
const load = createRequire(__filename);
const root = join(__dirname, '..', '..', '..', '..');
const service = basename(dirname(dirname(process.argv[1] ?? '')));
const file = process.env['YMERA_TEST_BREAKAGE_FILE'] ?? '';

function current(): Breakage | undefined {
  const breakage = readBreakage(file);
  return breakage?.service === service ? breakage : undefined;
}

/** The process blocks here; only a kill ends it. */
function hold(): Promise<never> {
  writeFileSync(markOf(file), String(process.pid));
  return new Promise(() => undefined);
}

/** Deliveries and acknowledgements, below all code of the platform. */
function breakAcknowledging(): void {
  const { Channel } = load(join(root, 'node_modules/amqplib/lib/channel_model.js'));
  const prototype = Channel.prototype as Pick<AmqpChannel, 'consume' | 'ack'> & AmqpChannel;
  const { consume, ack } = prototype;
  const watched = new WeakMap<object, Set<number>>();

  prototype.consume = function (queue, handle, options) {
    const take = (message: ConsumeMessage | null): void => {
      const breakage = current();
      if (!message || !breakage || message.properties.type !== breakage.type) return handle(message);
      if (breakage.hold === 'before_handler') {
        if (breakage.broken === 'acknowledge_before_commit') ack.call(this, message, false);
        void hold();
        return;
      }
      const tags = watched.get(this) ?? new Set();
      watched.set(this, tags.add(message.fields.deliveryTag));
      handle(message);
    };
    return consume.call(this, queue, take, options);
  };

  prototype.ack = function (message, allUpTo) {
    const { deliveryTag } = message.fields;
    const covered = [...(watched.get(this) ?? [])].some((tag) =>
      allUpTo ? tag <= deliveryTag : tag === deliveryTag,
    );
    if (covered && current()?.hold === 'before_acknowledgement') return void hold();
    return ack.call(this, message, allUpTo);
  };
}

interface Row {
  readonly type: string;
}
interface UnitOfWork {
  readonly options: { readonly relay?: { handOver(rows: readonly Row[]): void } };
  attempt(client: object, work: (tx: { outbox: { rows: readonly Row[] } }) => unknown): Promise<unknown>;
}

/** The moment between the last statement of a transaction and its commit. */
function breakCommitting(): void {
  const { PostgresUnitOfWork } = load(join(root, 'libs/persistence/dist/index.js'));
  const prototype = PostgresUnitOfWork.prototype as UnitOfWork;
  const { attempt } = prototype;
  prototype.attempt = function (this: UnitOfWork, client, work) {
    let rows: () => readonly Row[] = () => [];
    const watching = new Proxy(client, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        if (name !== 'query') return member.bind(target);
        return async (...query: unknown[]) => {
          const breakage = current();
          const isIts = query[0] === 'COMMIT' && rows().some(({ type }) => type === breakage?.type);
          if (isIts && breakage?.hold === 'before_commit') {
            if (breakage.broken === 'publish_before_commit') this.options.relay?.handOver(rows());
            await hold();
          }
          return member.apply(target, query);
        };
      },
    });
    return attempt.call(this, watching, (tx) => {
      rows = () => tx.outbox.rows;
      return work(tx);
    });
  };
}

function breakInbox(): void {
  const { PostgresInbox } = load(join(root, 'libs/persistence/dist/inbox/postgres-inbox.js'));
  const prototype = PostgresInbox.prototype as { accept(consumer: string, id: string): Promise<boolean> };
  const { accept } = prototype;
  prototype.accept = function (consumer, id) {
    return current()?.broken === 'no_inbox' ? Promise.resolve(true) : accept.call(this, consumer, id);
  };
}

/** Treats every former holder of an attempt as its holder. */
function breakFencing(): void {
  const path = join(root, 'services/orchestrator/dist/domain/attempt/check-claim.js');
  const original = load(path);
  const loaded = load.cache[path];
  if (!loaded) throw new Error(`${path} is not the loaded file`);
  loaded.exports = {
    ...original,
    checkClaim: (run: unknown, claim: unknown) => {
      const examined = original.checkClaim(run, claim);
      const isTakenIn = examined.kind === 'over' && current()?.broken === 'no_fencing';
      return isTakenIn ? { ...examined, kind: 'held' } : examined;
    },
  };
}

breakAcknowledging();
breakCommitting();
breakInbox();
if (service === 'orchestrator') breakFencing();
