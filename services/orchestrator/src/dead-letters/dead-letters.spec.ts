import { Controller } from '@nestjs/common';
import {
  agentRetired,
  eventMessage,
  getDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  workflowCompleted,
  type DeadLetterResource,
  type DeadLetterSummary,
} from '@ymera/contracts';
import { silentLogger, systemClock, uuidv7, type Result } from '@ymera/kernel';
import {
  createMessaging,
  dead,
  OnEvent,
  RabbitTransport,
  type Disposition,
  type Messaging,
  type Received,
  type ReceivedDeadLetter,
} from '@ymera/messaging';
import { createDatabase, messagingMigrations, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { type RunningService, startService } from '@ymera/service';
import { eventually, leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { connect } from 'amqplib';
import { postgresDeadLetterStores } from './adapters/persistence/postgres-dead-letter-store';
import { PublishDeadLetters } from './application/publish-dead-letters';
import { RecordDeadLetter } from './application/record-dead-letter';
import { OrchestratorEnvironment } from '../testing/running-orchestrator';

/** A consumer with an inbox, which the test breaks and repairs. */
const coordinator = { isBroken: false, effects: [] as string[], tries: 0 };
let inbox: PostgresUnitOfWork<object>;

@Controller()
class Coordinator {
  @OnEvent(workflowCompleted)
  async take({ id, payload }: Received<{ workflow_id: string }>): Promise<Disposition | void> {
    coordinator.tries += 1;
    if (coordinator.isBroken) return dead('coordinator_broken', 'A bug, until it is fixed.');
    await inbox.run(async (tx) => {
      if (await tx.inbox.accept('coordinator.workflow_completed', id))
        coordinator.effects.push(payload.workflow_id);
    });
  }
}

class CoordinatorModule {}

/** So that no test waits for a fact. */
const summaries = { YMERA_DEAD_LETTER_SUMMARY_SECONDS: '1' };

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

jest.setTimeout(30_000);

/** Real: RabbitMQ, PostgreSQL, the whole orchestrator. */
describe('dead letters', () => {
  let environment: OrchestratorEnvironment;
  let store: TestDatabase;
  let database: Database;
  let asker: Messaging;
  let owner: Messaging;
  let consumer: RunningService;
  let orchestrator: RunningService;

  const messagingAs = (service: 'coordinator' | 'orchestrator' | 'registry' | 'gateway'): Messaging =>
    createMessaging({
      url: environment.vhosts.urlOf(service),
      vhost: environment.vhosts.servicesVhost,
      agentsVhost: environment.vhosts.agentsVhost,
      service,
      logger: silentLogger,
    });

  beforeAll(async () => {
    environment = await OrchestratorEnvironment.open();
    store = await testDatabase({ service: 'coordinator', migrations: messagingMigrations });
    database = await createDatabase({ ...store, migrations: messagingMigrations, poolSize: 2 });
    inbox = new PostgresUnitOfWork(database, { service: 'coordinator' }, () => ({}));
    asker = messagingAs('gateway');
    owner = messagingAs('orchestrator');
    orchestrator = await environment.run(summaries);
    consumer = await startService(
      {
        name: 'coordinator',
        transports: [RabbitTransport],
        module: (_config, { shutdown }) => {
          const own = messagingAs('coordinator');
          shutdown.defer('messaging', () => own.close());
          const delayed = { schedule: async () => undefined };
          return {
            module: CoordinatorModule,
            controllers: [Coordinator],
            providers: [{ provide: RabbitTransport, useFactory: () => own.transport({ delayed }) }],
          };
        },
      },
      environment.config(),
    );
  }, 60_000);
  afterAll(async () => {
    await consumer.stop();
    await Promise.all([asker.close(), owner.close()]);
    await database.close();
    await store.drop();
    await environment.close();
  });

  const value = <T>(answer: Result<T>): T => {
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  };
  const list = async (filter: object = {}): Promise<readonly DeadLetterSummary[]> =>
    value(await asker.queries.ask(listDeadLetters, { limit: 50, ...filter })).items;
  const show = async (id: string): Promise<DeadLetterResource> =>
    value(await asker.queries.ask(getDeadLetter, { dead_letter_id: id }));
  const replay = (id: string, name = 'grace') =>
    asker.queries.ask(replayDeadLetter, { dead_letter_id: id, actor: { name, roles: ['admin'] } });
  const refusalOf = async (id: string, name?: string): Promise<string | undefined> => {
    const answer = await replay(id, name);
    return answer.ok ? undefined : answer.error.code;
  };

  /** The orchestrator's event that a workflow is complete; the gateway and audit receive it as well. */
  const complete = async (workflowId: string, id = uuidv7()): Promise<void> => {
    const payload = { ...workflowCompleted.sample, workflow_id: workflowId };
    const stamp = { id, time: new Date(), headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } };
    const fact = { aggregateId: workflowId, aggregateVersion: 1, payload };
    await owner.publisher.publish(eventMessage(workflowCompleted, fact, stamp));
  };
  const diedWith = (workflowId: string): Promise<DeadLetterSummary> =>
    eventually(async () => {
      const found = (await list({ owner: 'coordinator' })).find(({ excerpt }) =>
        excerpt.includes(workflowId),
      );
      if (!found) throw new Error('not recorded yet');
      return found;
    });
  const effectsOn = (workflowId: string): number =>
    coordinator.effects.filter((one) => one === workflowId).length;
  const told = (type: string, id: string): number =>
    environment.published.filter((one) => one.type === type && one.data['dead_letter_id'] === id).length;

  it('lists a poisoned message with its code, reason and trace, and applies it once after a replay', async () => {
    const [workflowId, messageId] = [uuidv7(), uuidv7()];
    coordinator.isBroken = true;
    await complete(workflowId, messageId);
    const letter = await diedWith(workflowId);
    expect(letter).toMatchObject({
      owner: 'coordinator',
      vhost: 'services',
      queue: 'coordinator.events',
      message_id: messageId,
      type: workflowCompleted.key,
      code: 'coordinator_broken',
      reason: 'A bug, until it is fixed.',
      trace_id: trace,
      state: 'pending',
      deaths: 1,
    });
    await eventually(() =>
      expect(told('orchestrator.dead_letter.recorded.v1', letter.dead_letter_id)).toBe(1),
    );

    coordinator.isBroken = false;
    expect(value(await replay(letter.dead_letter_id))).toMatchObject({
      state: 'replayed',
      replayed_by: 'grace',
    });
    await eventually(() => expect(effectsOn(workflowId)).toBe(1));
    // To its own queue, not to the exchange: the other consumers do not receive it again.
    expect(environment.facts(workflowCompleted.key, workflowId)).toHaveLength(1);
    // The operator whose answer was lost gets it again, and another one is told who was first.
    expect(value(await replay(letter.dead_letter_id))).toMatchObject({ replayed_by: 'grace' });
    await expect(refusalOf(letter.dead_letter_id, 'ada')).resolves.toBe('dead_letter_replayed');
    await eventually(() =>
      expect(told('orchestrator.dead_letter.replayed.v1', letter.dead_letter_id)).toBe(1),
    );
    expect((await show(letter.dead_letter_id)).replay_refusal?.code).toBe('dead_letter_replayed');
  });

  it('records a message that is dead-lettered again, and replays it again', async () => {
    const workflowId = uuidv7();
    coordinator.isBroken = true;
    await complete(workflowId);
    const { dead_letter_id: id } = await diedWith(workflowId);
    value(await replay(id));
    await eventually(async () => expect(await show(id)).toMatchObject({ state: 'died_again', deaths: 2 }));
    coordinator.isBroken = false;
    value(await replay(id));
    await eventually(() => expect(effectsOn(workflowId)).toBe(1));
    expect(await list({ owner: 'coordinator', state: 'died_again' })).toEqual([]);
  });

  it('lists a message that the broker dead-lettered, and does not replay what only its consumer can vouch for', async () => {
    const agentId = `agent-${uuidv7().slice(-6)}`;
    const connection = await connect(
      `${environment.vhosts.url}/${encodeURIComponent(environment.vhosts.servicesVhost)}`,
    );
    try {
      const channel = await connection.createChannel();
      // A consumer that dies with the message each time.
      await channel.consume('reporting.events', (message) => message && channel.nack(message));
      await environment.publish('registry', agentRetired, agentId, {
        ...agentRetired.sample,
        agent_id: agentId,
      });
      const letter = await eventually(
        async () => {
          const found = (await list({ queue: 'reporting.events' })).find(({ excerpt }) =>
            excerpt.includes(agentId),
          );
          if (!found) throw new Error('not recorded yet');
          return found;
        },
        { timeoutMs: 15_000 },
      );
      expect(letter).toMatchObject({ owner: 'reporting', code: 'delivery_limit', state: 'pending' });
      expect((await show(letter.dead_letter_id)).replay_refusal).toMatchObject({
        code: 'dead_letter_not_replayable',
        message: 'Its consumer could not be told reliably who sent it.',
      });
    } finally {
      await connection.close();
    }
  }, 30_000);

  it('replays a message without a second effect if the consumer had handled it before', async () => {
    const [workflowId, messageId] = [uuidv7(), uuidv7()];
    await complete(workflowId, messageId);
    await eventually(() => expect(effectsOn(workflowId)).toBe(1));
    coordinator.isBroken = true;
    await complete(workflowId, messageId);
    const { dead_letter_id: id } = await diedWith(workflowId);
    coordinator.isBroken = false;
    const before = coordinator.tries;
    value(await replay(id));
    await eventually(() => expect(coordinator.tries).toBe(before + 1));
    expect(effectsOn(workflowId)).toBe(1);
  });

  it('keeps one row of a message when the recorder dies between commit and acknowledgement', async () => {
    // The service's own recorder stops, and another takes its place.
    await environment.stop(orchestrator);
    const keeping = await createDatabase({ ...environment.database, migrations: [], poolSize: 2 });
    const unitOfWork = new PostgresUnitOfWork(keeping, { service: 'orchestrator' }, postgresDeadLetterStores);
    const times = { periodMs: 1000, keptMs: 1000 };
    const recording = new RecordDeadLetter({
      unitOfWork,
      publishing: new PublishDeadLetters({ unitOfWork, clock: systemClock, ...times }),
      redaction: { value: (one) => one, text: (one) => one },
      metrics: { died: () => undefined, replayed: () => undefined, waiting: () => undefined },
      clock: systemClock,
      newId: () => uuidv7(),
      maxLetters: 1000,
    });
    const seen: string[] = [];
    const keepWith = (take: (letter: ReceivedDeadLetter) => Promise<void>): Messaging => {
      const messaging = messagingAs('orchestrator');
      messaging.keepDeadLetters(take);
      return messaging;
    };
    const workflowId = uuidv7();
    coordinator.isBroken = true;
    await complete(workflowId);

    const first = keepWith(async (letter) => {
      seen.push('failed');
      // Nothing is stored: a recorder that acknowledged already has lost the message.
      if (seen.length === 1) throw new Error('the database is unavailable');
      await recording.execute(letter);
      seen.push('committed');
      await new Promise(() => undefined);
    });
    await eventually(() => expect(seen).toEqual(['failed', 'failed', 'committed']), { timeoutMs: 10_000 });
    await first.close();

    const second = keepWith(async (letter) => {
      await recording.execute(letter);
      seen.push('again');
    });
    await eventually(() => expect(seen).toContain('again'), { timeoutMs: 10_000 });
    await second.close();
    await keeping.close();
    coordinator.isBroken = false;
    orchestrator = await environment.run(summaries);
    const rows = (await list({ owner: 'coordinator' })).filter(({ excerpt }) => excerpt.includes(workflowId));
    expect(rows).toMatchObject([{ state: 'pending', deaths: 1 }]);
  }, 40_000);

  it('publishes no event about a dead-lettered event of a dead letter, which would never end', async () => {
    const connection = await connect(
      `${environment.vhosts.url}/${encodeURIComponent(environment.vhosts.servicesVhost)}`,
    );
    try {
      const channel = await connection.createConfirmChannel();
      const letter = { messageId: uuidv7(), type: 'orchestrator.dead_letter.recorded.v1', persistent: true };
      channel.publish('ymera.dead', 'audit', Buffer.from('{}'), letter);
      await channel.waitForConfirms();
    } finally {
      await connection.close();
    }
    const [kept] = await eventually(async () => {
      const found = await list({ owner: 'audit' });
      expect(found).toHaveLength(1);
      return found;
    });
    // Later messages are recorded, and this one caused no event.
    const workflowId = uuidv7();
    coordinator.isBroken = true;
    await complete(workflowId);
    const { dead_letter_id: later } = await diedWith(workflowId);
    coordinator.isBroken = false;
    await eventually(() => expect(told('orchestrator.dead_letter.recorded.v1', later)).toBe(1));
    expect(told('orchestrator.dead_letter.recorded.v1', kept?.dead_letter_id ?? '')).toBe(0);
  });

  it('refuses an unknown dead letter, and invalid cursors', async () => {
    await expect(refusalOf(uuidv7())).resolves.toBe('dead_letter_not_found');
    const answer = await asker.queries.ask(listDeadLetters, { cursor: 'x', limit: 1 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'cursor_invalid' } });
    const [newest, next] = await list();
    const page = value(await asker.queries.ask(listDeadLetters, { limit: 1 }));
    expect(page.items[0]?.dead_letter_id).toBe(newest?.dead_letter_id);
    const rest = value(
      await asker.queries.ask(listDeadLetters, { limit: 1, cursor: page.next_cursor ?? '' }),
    );
    expect(rest.items[0]?.dead_letter_id).toBe(next?.dead_letter_id);
  });
});

leakGuard();
