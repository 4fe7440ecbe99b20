import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, type Type } from '@nestjs/common';
import {
  agentRetired,
  agentStandingChanged,
  authenticatePrincipal,
  dispatchPaused,
  dispatchResumed,
  enforcementChanged,
  eventMessage,
  getRequest,
  principalStatus,
  requestEnded,
  stepChanged,
  submitRequest,
  type EventContract,
  type OutgoingMessage,
  type PayloadOf,
  type ReplyOf,
  type ServiceName,
} from '@ymera/contracts';
import { loadConfig } from '@ymera/config';
import { err, failure, ok, sha256Hex, silentLogger, uuidv7, type Result } from '@ymera/kernel';
import { createMessaging, OnQuery, RabbitTransport, type Messaging } from '@ymera/messaging';
import { currentTraceId } from '@ymera/observability';
import { type RunningService, startService } from '@ymera/service';
import {
  eventually,
  leakGuard,
  testDatabase,
  testVhosts,
  type TestDatabase,
  type TestVhosts,
} from '@ymera/testing';
import { migrations } from './adapters/persistence/migrations';
import { gatewayModule } from './app.module';
import { configSchema, type GatewayConfig } from './config';

const token = 'ymo_1a_operator';
const principalToken = 'ymk_1a_principal';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const noRetries = { delayed: { schedule: async () => undefined } };

/** The queries that the fakes of other services received. */
const messages: { keys: (string | undefined)[]; traceId: string | undefined } = {
  keys: [],
  traceId: undefined,
};

@Controller()
class Coordinator {
  @OnQuery(submitRequest)
  async submit({
    idempotency_key: key,
  }: {
    idempotency_key?: string | undefined;
  }): Promise<Result<ReplyOf<typeof submitRequest>>> {
    messages.keys.push(key);
    messages.traceId = currentTraceId();
    return ok({ ...submitRequest.replySample, request_id: randomUUID() });
  }

  @OnQuery(getRequest)
  async get({ request_id: id }: { request_id: string }): Promise<Result<ReplyOf<typeof getRequest>>> {
    if (id.endsWith('404')) return err(failure('not_found', 'request_not_found', 'Unknown request.'));
    return ok(getRequest.replySample);
  }
}

/** The status of a sanctioned principal, as the registry would return it. */
const registry: { denied: ReplyOf<typeof authenticatePrincipal>['denied'] } = { denied: undefined };

@Controller()
class Registry {
  @OnQuery(authenticatePrincipal)
  async authenticate({
    credential,
  }: PayloadOf<typeof authenticatePrincipal>): Promise<Result<ReplyOf<typeof authenticatePrincipal>>> {
    const { denied } = registry;
    if (credential === principalToken) return ok({ principal_id: 'runner-1', ...(denied ? { denied } : {}) });
    return err(failure('unauthenticated', 'credential_invalid', 'Not known.'));
  }

  @OnQuery(principalStatus)
  async status(): Promise<Result<ReplyOf<typeof principalStatus>>> {
    return ok(principalStatus.replySample);
  }
}

class ServicesModule {}

describe('the gateway on the real broker and database', () => {
  let server: TestDatabase;
  let broker: TestVhosts;
  let folder: string;
  let config: GatewayConfig;
  let gateway: RunningService;
  const owners = new Map<ServiceName, Messaging>();
  const stand: RunningService[] = [];

  beforeAll(async () => {
    [server, broker] = await Promise.all([testDatabase({ service: 'gateway', migrations }), testVhosts()]);
    folder = mkdtempSync(join(tmpdir(), 'ymera-gateway-'));
    const operators = join(folder, 'operators.json');
    writeFileSync(
      operators,
      JSON.stringify([{ name: 'ada', roles: ['operator'], token_sha256: sha256Hex(token) }]),
    );
    config = loadConfig(configSchema, {
      YMERA_POSTGRES_URL: server.url,
      YMERA_RABBITMQ_URL: broker.urlOf('gateway'),
      YMERA_RABBITMQ_VHOST: broker.servicesVhost,
      YMERA_RABBITMQ_AGENTS_VHOST: broker.agentsVhost,
      YMERA_HTTP_PORT: '0',
      YMERA_LOG_LEVEL: 'error',
      YMERA_DB_POOL_SIZE: '4',
      YMERA_BOOTSTRAP_OPERATORS_FILE: operators,
    });
    gateway = await startGateway();
    stand.push(await startStandIn('coordinator', Coordinator));
    stand.push(await startStandIn('registry', Registry));
  }, 30_000);

  afterAll(async () => {
    await gateway.stop();
    for (const service of stand) await service.stop();
    await Promise.all([...owners.values()].map((messaging) => messaging.close()));
    await Promise.all([broker.close(), server.drop()]);
    rmSync(folder, { recursive: true });
  });

  /** Each event from its owner. */
  const send = async ({ owner }: EventContract, ...messages: OutgoingMessage[]): Promise<void> => {
    const messaging =
      owners.get(owner) ??
      createMessaging({
        url: broker.urlOf(owner),
        vhost: broker.servicesVhost,
        service: owner,
        logger: silentLogger,
      });
    owners.set(owner, messaging);
    await messaging.publisher.publishAll(messages);
  };

  const startGateway = (): Promise<RunningService> =>
    startService({ name: 'gateway', module: gatewayModule, transports: [RabbitTransport] }, config);

  const startStandIn = (name: 'coordinator' | 'registry', controller: Type): Promise<RunningService> =>
    startService(
      {
        name,
        transports: [RabbitTransport],
        module: (_config, { shutdown, logger }) => {
          const own = createMessaging({
            url: broker.urlOf(name),
            vhost: broker.servicesVhost,
            service: name,
            logger,
          });
          shutdown.defer('messaging', () => own.close());
          return {
            module: ServicesModule,
            controllers: [controller],
            providers: [{ provide: RabbitTransport, useFactory: () => own.transport(noRetries) }],
          };
        },
      },
      config,
    );

  const call = (path: string, init: RequestInit & { token?: string } = {}): Promise<Response> =>
    fetch(`${gateway.url}${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${init.token ?? token}`,
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    });

  const submit = (key: string): Promise<Response> =>
    call('/api/v1/requests', {
      method: 'POST',
      headers: { 'idempotency-key': key, traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: JSON.stringify({ project_id: 'sample', text: 'Make it faster' }),
    });

  const publishStep = async (requestId: string, attempt: number): Promise<void> => {
    const fact = {
      aggregateId: requestId,
      aggregateVersion: attempt,
      payload: { ...stepChanged.sample, request_id: requestId, attempt },
    };
    await send(stepChanged, eventMessage(stepChanged, fact, { id: uuidv7(), time: new Date() }));
  };

  const watch = async (requestId: string, lastEventId?: number) => {
    const client = new AbortController();
    const response = await call(`/api/v1/requests/${requestId}/events`, {
      signal: client.signal,
      headers: lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) },
    });
    const seen: { id: number; attempt: number; at: number }[] = [];
    const over = (async () => {
      let text = '';
      const decoder = new TextDecoder();
      for await (const bytes of response.body ?? []) {
        text += decoder.decode(bytes, { stream: true });
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) {
          const [, id, data] = /^id: (\d+)\n.*\ndata: (.*)$/.exec(frame) ?? [];
          if (id && data)
            seen.push({ id: Number(id), attempt: JSON.parse(data).data.attempt, at: Date.now() });
        }
      }
    })().catch(() => undefined);
    return {
      response,
      attempts: () => seen.map(({ attempt }) => attempt),
      seen,
      over,
      close: () => {
        client.abort();
        return over;
      },
    };
  };

  it('is ready when its database and its broker are available', async () => {
    expect(await (await fetch(`${gateway.url}/health`)).json()).toMatchObject({
      status: 'ok',
      components: { database: { status: 'ok' }, broker: { status: 'ok' } },
    });
  });

  it('propagates the caller’s trace to the service that answers', async () => {
    const answer = await submit(randomUUID());
    expect(answer.status).toBe(202);
    expect(answer.headers.get('x-trace-id')).toBe(traceId);
    expect(messages.traceId).toBe(traceId);
  });

  it('returns one answer per idempotency key, also to concurrent requests and from another instance', async () => {
    messages.keys.splice(0);
    const key = randomUUID();
    const other = await startGateway();
    const answers = await Promise.all([submit(key), submit(key), submit(key)]);
    const again = await fetch(`${other.url}/api/v1/requests`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ project_id: 'sample', text: 'Make it faster' }),
    });
    const ids = await Promise.all(
      [...answers, again].map(async (one) => ((await one.json()) as { request_id: string }).request_id),
    );
    expect(new Set(ids).size).toBe(1);
    expect(messages.keys).toEqual([expect.stringMatching(/^sha256:/)]);
    await other.stop();
  });

  it('identifies a principal by a query to the registry', async () => {
    expect((await call('/api/v1/me/status', { token: principalToken })).status).toBe(200);
    expect((await call('/api/v1/me/status', { token: 'ymk_1a_wrong' })).status).toBe(401);
  });

  it('refuses a principal as soon as the registry publishes that it is frozen', async () => {
    const register = () =>
      call('/api/v1/agents/register', { method: 'POST', token: principalToken, body: '{}' });
    // Admitted, so that the error is about the body.
    expect((await register()).status).toBe(400);
    registry.denied = { status: 'frozen', retry_after_s: 300 };
    const payload = { ...agentStandingChanged.sample, principal_id: 'runner-1' };
    const fact = { aggregateId: payload.agent_id, aggregateVersion: 2, payload };
    const stamp = { id: uuidv7(), time: new Date() };
    await send(agentStandingChanged, eventMessage(agentStandingChanged, fact, stamp));
    // Earlier than an accepted credential expires from the cache.
    await eventually(async () => expect((await register()).status).toBe(403), { timeoutMs: 3_000 });
    expect((await call('/api/v1/me/status', { token: principalToken })).status).toBe(200);
    registry.denied = undefined;
  });

  // Mission: D5
  it('delivers an event to a watcher within 200 ms of its publication in the median', async () => {
    const requestId = randomUUID();
    const stream = await watch(requestId);
    expect(stream.response.status).toBe(200);
    const lags: number[] = [];
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const publishedAt = Date.now();
      await publishStep(requestId, attempt);
      await eventually(() => expect(stream.seen).toHaveLength(attempt), { intervalMs: 2 });
      lags.push((stream.seen.at(-1)?.at ?? 0) - publishedAt);
    }
    expect(stream.attempts()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(lags.sort((a, b) => a - b)[10]).toBeLessThan(200);
    await stream.close();
  });

  // Mission: G2
  it('keeps the timeline over a restart, and a watcher resumes without missing an event', async () => {
    const requestId = randomUUID();
    const first = await watch(requestId);
    await publishStep(requestId, 1);
    await publishStep(requestId, 2);
    await eventually(() => expect(first.attempts()).toEqual([1, 2]));
    await gateway.stop();
    await first.over;
    await publishStep(requestId, 3);
    gateway = await startGateway();
    const resumed = await watch(requestId, first.seen[0]?.id);
    await eventually(() => expect(resumed.attempts()).toEqual([2, 3]));
    await resumed.close();
  });

  const publish = async (contract: EventContract, aggregateVersion: number): Promise<void> => {
    const fact = { aggregateId: 'any', aggregateVersion, payload: contract.sample };
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const stamp = { id: uuidv7(), time: new Date(), headers };
    await send(contract, eventMessage(contract, fact, stamp));
  };
  const alerts = async (state: string) =>
    ((await (await call(`/api/v1/alerts?state=${state}`)).json()) as { items: object[] }).items;

  it('raises an alert for an event, with its trace, and resolves it by the opposite event', async () => {
    await publish(dispatchPaused, 1);
    await eventually(async () =>
      expect(await alerts('open')).toEqual([
        expect.objectContaining({ kind: 'dispatch_paused', state: 'open', trace_id: traceId }),
      ]),
    );
    await publish(dispatchResumed, 2);
    await eventually(async () => expect(await alerts('open')).toEqual([]));
    expect(await alerts('all')).toMatchObject([{ kind: 'dispatch_paused', state: 'resolved' }]);
    const forged = await call('/api/v1/alerts?cursor=x');
    expect([forged.status, ((await forged.json()) as { code: string }).code]).toEqual([
      400,
      'cursor_invalid',
    ]);
  });

  it('resolves the alert about a sanction when its agent retires, even if a sanction event arrives later', async () => {
    await publish(enforcementChanged, 5);
    await eventually(async () => expect(await alerts('open')).toMatchObject([{ kind: 'agent_suspended' }]));
    await publish(agentRetired, 2);
    await eventually(async () => expect(await alerts('open')).toEqual([]));
    await publish(enforcementChanged, 6);
    await eventually(async () =>
      expect(await alerts('all')).toMatchObject([
        { kind: 'agent_suspended', state: 'resolved' },
        { kind: 'agent_suspended', state: 'resolved' },
        { kind: 'dispatch_paused' },
      ]),
    );
  });

  it('records an event once when it is delivered twice', async () => {
    const requestId = randomUUID();
    const message = eventMessage(
      requestEnded,
      { aggregateId: requestId, aggregateVersion: 1, payload: { request_id: requestId, state: 'completed' } },
      { id: uuidv7(), time: new Date() },
    );
    await send(requestEnded, message, message);
    await publishStep(requestId, 1);
    const stream = await watch(requestId);
    await eventually(() => expect(stream.seen).toHaveLength(2));
    await stream.close();
  });

  it('answers 404 for the stream of an unknown request', async () => {
    const { response, over } = await watch('00000000-0000-7000-8000-000000000404');
    expect(response.status).toBe(404);
    await over;
  });
});
leakGuard();
