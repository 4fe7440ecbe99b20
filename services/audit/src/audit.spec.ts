import {
  approvalDecided,
  eventMessage,
  listAuditCheckpoints,
  listAuditEntries,
  pageCursor,
  readAuditCheckpoint,
  readAuditLog,
  requestEnded,
  taskProgressed,
  type QueryContract,
} from '@ymera/contracts';
import { loadConfig } from '@ymera/config';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, RabbitTransport, type Messaging } from '@ymera/messaging';
import { type RunningService, startService } from '@ymera/service';
import {
  asAdmin,
  eventually,
  leakGuard,
  management,
  testDatabase,
  testVhosts,
  type TestDatabase,
  type TestVhosts,
} from '@ymera/testing';
import { noteVerifier, parseCheckpoint, signCheckpoint, signingKeyOf, verifyLog } from '@ymera/transparency';
import { z } from 'zod';
import { migrations } from './adapters/persistence/migrations';
import { auditModule } from './app.module';
import { configSchema } from './config';
import { signer, signingKey, sourceOf } from './testing/log-source';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the audit service on the real broker and database', () => {
  let server: TestDatabase;
  let broker: TestVhosts;
  let service: RunningService;
  let messaging: Messaging;
  let asker: Messaging;

  beforeAll(async () => {
    [server, broker] = await Promise.all([testDatabase({ service: 'audit', migrations }), testVhosts()]);
    service = await startAudit();
    [messaging, asker] = (['coordinator', 'gateway'] as const).map((service) =>
      createMessaging({
        url: broker.urlOf(service),
        vhost: broker.servicesVhost,
        service,
        logger: silentLogger,
      }),
    ) as [Messaging, Messaging];
  }, 30_000);
  afterAll(async () => {
    await service.stop().catch(() => undefined);
    await Promise.all([messaging.close(), asker.close()]);
    await Promise.all([broker.close(), server.drop()]);
  });

  const startAudit = (more: Record<string, string> = {}): Promise<RunningService> =>
    startService(
      { name: 'audit', module: auditModule, transports: [RabbitTransport] },
      loadConfig(configSchema, {
        YMERA_POSTGRES_URL: server.url,
        YMERA_RABBITMQ_URL: broker.urlOf('audit'),
        YMERA_RABBITMQ_VHOST: broker.servicesVhost,
        YMERA_RABBITMQ_AGENTS_VHOST: broker.agentsVhost,
        YMERA_HTTP_PORT: '0',
        YMERA_LOG_LEVEL: 'error',
        YMERA_DB_POOL_SIZE: '3',
        YMERA_AUDIT_SIGNING_KEY: signingKey,
        YMERA_AUDIT_CHECKPOINT_SECONDS: '0.1',
        ...more,
      }),
    );

  const asked = async <P extends z.ZodType, R extends z.ZodType>(
    query: QueryContract<P, R>,
    payload: z.input<P>,
  ): Promise<z.output<R>> => {
    const answer = await asker.queries.ask(query, payload);
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  };
  const list = async (fromIndex = 0) =>
    (await asked(listAuditEntries, { from_index: fromIndex, limit: 200 })).items;
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

  it('records an event once, with its trace id, when it is delivered twice', async () => {
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

  it('continues after a page by its cursor and rejects the cursor of another list', async () => {
    const all = await list();
    const first = await asked(listAuditEntries, { limit: 7 });
    expect(first.items).toEqual(all.slice(0, 7));
    const second = await asked(listAuditEntries, { limit: 7, cursor: first.next_cursor ?? '' });
    expect(second).toMatchObject({ items: all.slice(7, 14), next_index: 14 });
    const other = pageCursor('alerts', z.int()).encode(7);
    expect(await asker.queries.ask(listAuditEntries, { cursor: other })).toMatchObject({
      ok: false,
      error: { code: 'cursor_invalid' },
    });
  });

  it('records events that were published while it was stopped', async () => {
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

  it('records no progress events', async () => {
    const before = (await list()).length;
    const { sample } = taskProgressed;
    const fact = { aggregateId: sample.workflow_id, aggregateVersion: 1, payload: sample };
    await messaging.publisher
      .publish(eventMessage(taskProgressed, fact, { id: uuidv7(), time: new Date() }))
      .catch(() => undefined);
    await messaging.publisher.publish(decided(uuidv7()));
    await eventually(async () => expect(await list(before)).toHaveLength(1));
  });

  const verify = () =>
    verifyLog(
      sourceOf({
        records: async (from_index, limit) => (await asked(readAuditLog, { from_index, limit })).items,
        newestCheckpoint: async () => (await asked(readAuditCheckpoint, {})).checkpoint ?? undefined,
        checkpoints: async (from_size, limit) =>
          (await asked(listAuditCheckpoints, { from_size, limit })).items.map((note) => ({
            size: parseCheckpoint(note)?.size ?? -1,
            note,
          })),
      }),
      { verifier: noteVerifier(signer.verifierKey) },
    );

  it('signs a checkpoint over its entries and names the key', async () => {
    await messaging.publisher.publish(decided(uuidv7()));
    const size = (await list()).length + 1;
    await eventually(async () => expect(await verify()).toMatchObject({ valid: true, size }));
    expect((await asked(readAuditCheckpoint, {})).public_key).toBe(signer.verifierKey);
  });

  it('records an event whose payload violates its contract', async () => {
    const before = (await list()).length;
    const payload = { approval_id: 7, unheard_of: ['x'] };
    const strange = { ...approvalDecided, payload: z.record(z.string(), z.json()), sample: payload };
    await messaging.publisher.publish(
      eventMessage(
        strange,
        { aggregateId: 'a', aggregateVersion: 3, payload },
        { id: uuidv7(), time: new Date() },
      ),
    );
    await eventually(async () =>
      expect(await list(before)).toMatchObject([{ type: approvalDecided.key, data: payload }]),
    );
  });

  it('writes one log, each event once, from two instances whose connections are cut', async () => {
    const before = (await list()).length;
    const second = await startAudit();
    const ids = Array.from({ length: 1500 }, () => uuidv7());
    const cutting = (async () => {
      let cut = 0;
      while ((await list().catch(() => []), cut < 4)) {
        const open = await management<{ name: string; client_properties: { connection_name?: string } }[]>(
          'GET',
          `vhosts/${encodeURIComponent(broker.servicesVhost)}/connections`,
        );
        const victims = open.filter(({ client_properties: who }) => who.connection_name?.includes('audit'));
        for (const { name } of victims)
          cut += await management('DELETE', `connections/${encodeURIComponent(name)}`).then(
            () => 1,
            () => 0,
          );
      }
      return cut;
    })();
    for (let at = 0; at < ids.length; at += 100) {
      const some = ids.slice(at, at + 100);
      await messaging.publisher.publishAll([...some, ...some.slice(0, 30)].map(decided));
    }
    expect(await cutting).toBeGreaterThanOrEqual(4);
    await eventually(
      async () => expect(await verify()).toMatchObject({ valid: true, size: before + ids.length }),
      { timeoutMs: 30_000 },
    );
    await second.stop();
  }, 60_000);

  it('does not start on a log that differs from its signed checkpoints', async () => {
    await service.stop();
    await asAdmin(
      async (query) => {
        await query(`SET session_replication_role = replica`);
        await query('DELETE FROM audit.checkpoints');
        const root = Buffer.alloc(32, 1);
        const note = signCheckpoint({ origin: signer.name, size: 3, root }, signer);
        await query('INSERT INTO audit.checkpoints (size, note) VALUES (3, $1)', [note]);
      },
      { adminUrl: server.adminUrl },
    );
    await expect(startAudit()).rejects.toThrow('log_forked');
  });

  it('does not start without a key or with another key than that of the log', async () => {
    const other = signingKeyOf('test.example/other', Buffer.alloc(32, 3));
    await expect(startAudit({ YMERA_AUDIT_SIGNING_KEY: other })).rejects.toThrow('key_changed');
    await expect(startAudit({ YMERA_AUDIT_SIGNING_KEY: 'PRIVATE+KEY+secret' })).rejects.toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
    expect(() => startAudit({ YMERA_AUDIT_SIGNING_KEY: '' })).toThrow('YMERA_AUDIT_SIGNING_KEY: is required');
  });
});
leakGuard();
