import {
  approvalDecided,
  eventMessage,
  listAuditEntries,
  requestEnded,
  taskProgressed,
} from '@ymera/contracts';
import { loadConfig } from '@ymera/config';
import { startService, type RunningService } from '@ymera/http';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, RabbitTransport, type Messaging } from '@ymera/messaging';
import {
  eventually,
  leakGuard,
  testDatabase,
  testVhosts,
  type TestDatabase,
  type TestVhosts,
} from '@ymera/testing';
import { migrations } from './adapters/persistence/migrations';
import { auditModule } from './app.module';
import { configSchema } from './config';
import { signingKey } from './testing/log-source';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the audit service on the real broker and database', () => {
  let server: TestDatabase;
  let broker: TestVhosts;
  let service: RunningService;
  let messaging: Messaging;

  beforeAll(async () => {
    [server, broker] = await Promise.all([testDatabase({ service: 'audit', migrations }), testVhosts()]);
    service = await startAudit();
    messaging = createMessaging({
      url: broker.url,
      vhost: broker.servicesVhost,
      service: 'coordinator',
      logger: silentLogger,
    });
  }, 30_000);
  afterAll(async () => {
    await service.stop();
    await messaging.close();
    await Promise.all([broker.close(), server.drop()]);
  });

  const startAudit = (): Promise<RunningService> =>
    startService(
      { name: 'audit', module: auditModule, transports: [RabbitTransport] },
      loadConfig(configSchema, {
        YMERA_POSTGRES_URL: server.url,
        YMERA_RABBITMQ_URL: broker.url,
        YMERA_RABBITMQ_VHOST: broker.servicesVhost,
        YMERA_RABBITMQ_AGENTS_VHOST: broker.agentsVhost,
        YMERA_HTTP_PORT: '0',
        YMERA_LOG_LEVEL: 'error',
        YMERA_DB_POOL_SIZE: '3',
        YMERA_AUDIT_SIGNING_KEY: signingKey,
        YMERA_AUDIT_CHECKPOINT_SECONDS: '0.1',
      }),
    );

  const list = async (fromIndex = 0) => {
    const answer = await messaging.queries.ask(listAuditEntries, { from_index: fromIndex, limit: 200 });
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value.items;
  };
  const decided = (id: string) =>
    eventMessage(
      approvalDecided,
      {
        aggregateId: approvalDecided.sample.approval_id,
        aggregateVersion: 2,
        payload: approvalDecided.sample,
      },
      { id, time: new Date(), headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } },
    );

  it('keeps every fact once, with its trace, also when it is delivered twice', async () => {
    const ids = Array.from({ length: 40 }, () => uuidv7());
    await messaging.publisher.publishAll([...ids, ...ids].map(decided));
    const items = await eventually(async () => {
      const entries = await list();
      expect(entries).toHaveLength(ids.length);
      return entries;
    });
    expect(items.map(({ index }) => index)).toEqual(ids.map((_, index) => index));
    expect(new Set(items.map(({ event_id: id }) => id))).toEqual(new Set(ids));
    expect(items[0]).toMatchObject({
      type: approvalDecided.key,
      source: '/ymera/coordinator',
      trace_id: traceId,
      data: { ...approvalDecided.sample, aggregate_version: 2 },
    });
  });

  it('keeps what happened while it was away', async () => {
    const before = (await list()).length;
    await service.stop();
    const id = uuidv7();
    await messaging.publisher.publish(
      eventMessage(
        requestEnded,
        { aggregateId: requestEnded.sample.request_id, aggregateVersion: 9, payload: requestEnded.sample },
        { id, time: new Date() },
      ),
    );
    service = await startAudit();
    await eventually(async () =>
      expect(await list(before)).toEqual([expect.objectContaining({ index: before, event_id: id })]),
    );
  });

  it('keeps no progress: that is not a critical operation', async () => {
    const before = (await list()).length;
    const { sample } = taskProgressed;
    const fact = { aggregateId: sample.workflow_id, aggregateVersion: 1, payload: sample };
    await messaging.publisher
      .publish(eventMessage(taskProgressed, fact, { id: uuidv7(), time: new Date() }))
      .catch(() => undefined);
    await messaging.publisher.publish(decided(uuidv7()));
    await eventually(async () => expect(await list(before)).toHaveLength(1));
  });
});
leakGuard();
