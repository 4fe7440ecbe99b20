import {
  agentQueue,
  agentQueues,
  authenticatePrincipal,
  createEnrolment,
  deadQueue,
  enrolPrincipal,
  getAgent,
  hello,
  liftFreeze,
  listAgents,
  principalStatus,
  recallCanary,
  registerAgent,
  retireAgent,
} from '@ymera/contracts';
import { eventually, leakGuard, management } from '@ymera/testing';
import { randomBytes } from 'node:crypto';
import { PrincipalClient } from './testing/principal-client';
import { admin, asPrincipal, registration } from './testing/registry-world';
import { runRegistry, type RunningRegistry } from './testing/running-registry';

/** Names of their own for this run: the broker remembers for seconds whom it let in. */
const run = randomBytes(3).toString('hex');
const [alice, bob] = [`alice-${run}`, `bob-${run}`];

describe('the registry, on a real broker that asks it about every principal', () => {
  let registry: RunningRegistry;
  let vhost: string;
  const credentials = new Map<string, string>();
  const partitions = new Map<string, number>();

  const token = async (kind: 'principal' | 'agent') =>
    (await registry.ask(createEnrolment, { kind, valid_s: 600, created_by: admin })).enrolment_token;

  const enrol = async (principalId: string) => {
    const answer = await registry.ask(enrolPrincipal, {
      enrolment_token: await token('principal'),
      principal_id: principalId,
    });
    credentials.set(principalId, answer.credential);
    return answer;
  };

  const clientOf = async (principalId: string) =>
    new PrincipalClient(await registry.connectAs(principalId, credentials.get(principalId) ?? ''));

  /** The first message of a queue of the platform, taken as its consumer would. */
  const taken = (queue: string) =>
    eventually(async () => {
      const found = await management<{ properties: { user_id: string; headers: Record<string, string> } }[]>(
        'POST',
        `queues/${encodeURIComponent(vhost)}/${queue}/get`,
        { count: 1, ackmode: 'ack_requeue_false', encoding: 'auto' },
      );
      if (found.length === 0) throw new Error(`nothing in ${queue} yet`);
      return found;
    });

  const helloFrom = (...agentIds: string[]) => ({ protocol: 1, agent_ids: agentIds });

  beforeAll(async () => {
    registry = await runRegistry();
    vhost = registry.vhosts.agentsVhost;
    for (const principal of [alice, bob]) {
      await enrol(principal);
      await registry.ask(registerAgent, registration(asPrincipal(principal), `agent-of-${principal}`));
      const client = await clientOf(principal);
      const inbox = await client.inbox(principal);
      await client.publish(`event.hello.${principal}`, helloFrom(`agent-of-${principal}`), {
        userId: principal,
        type: hello.name,
      });
      const [welcome] = await eventually(() =>
        inbox.length > 0 ? inbox : Promise.reject(new Error('no welcome')),
      );
      partitions.set(principal, (welcome?.body as { partition: number }).partition);
    }
    await registry.closeConnections();
  }, 90_000);
  afterEach(() => registry.closeConnections());
  afterAll(() => registry.stop(), 30_000);

  const own = (channel: string) => `${channel}.${partitions.get(alice)}.${alice}`;

  const forbidden = '403 (ACCESS-REFUSED)';

  // Mission: A4
  describe('identity', () => {
    it('lets a principal publish as itself, and its name comes with the message', async () => {
      const client = await clientOf(alice);
      for (const channel of ['report', 'result', 'event'])
        expect(await client.publish(own(channel), { any: 'body' }, { userId: alice })).toBe('ok');
      const [message] = await taken(agentQueues.results);
      expect(message?.properties.user_id).toBe(alice);
    });

    it.each<[string, string, (client: PrincipalClient) => Promise<string>]>([
      [
        'publishing under another’s routing key',
        forbidden,
        (client) => client.publish(`report.${partitions.get(bob)}.${bob}`, {}, { userId: alice }),
      ],
      [
        'publishing into another partition',
        forbidden,
        (client) => client.publish(`report.${((partitions.get(alice) ?? 0) + 1) % 64}.${alice}`, {}, {}),
      ],
      [
        'publishing with another’s user id',
        '406 (PRECONDITION-FAILED)',
        (client) => client.publish(own('report'), {}, { userId: bob }),
      ],
      [
        'saying hello for another',
        forbidden,
        (client) => client.publish(`event.hello.${bob}`, helloFrom('x'), { userId: alice, type: 'hello' }),
      ],
      [
        'publishing by the default exchange to another’s queue',
        forbidden,
        (client) => client.publish(agentQueue(bob), {}, { userId: alice }, ''),
      ],
      [
        'publishing by the default exchange to a service’s queue',
        forbidden,
        (client) => client.publish(agentQueues.results, {}, { userId: alice }, ''),
      ],
      [
        'publishing to the exchange of agents’ queues',
        forbidden,
        (client) => client.publish(bob, {}, { userId: alice }, 'agents.out'),
      ],
      ['declaring a queue', forbidden, (client) => client.attempt((c) => c.assertQueue('mine'))],
      [
        'declaring an exclusive queue',
        forbidden,
        (client) => client.attempt((c) => c.assertQueue('', { exclusive: true })),
      ],
      [
        'declaring an exchange',
        forbidden,
        (client) => client.attempt((c) => c.assertExchange('mine', 'topic')),
      ],
      [
        'binding its own queue to what others publish',
        forbidden,
        (client) => client.attempt((c) => c.bindQueue(agentQueue(alice), 'agents.in', 'report.#')),
      ],
      [
        'binding an exchange to another',
        forbidden,
        (client) => client.attempt((c) => c.bindExchange('agents.in', 'agents.out', bob)),
      ],
      [
        'deleting its own queue',
        forbidden,
        (client) => client.attempt((c) => c.deleteQueue(agentQueue(alice))),
      ],
      [
        'deleting another’s queue',
        forbidden,
        (client) => client.attempt((c) => c.deleteQueue(agentQueue(bob))),
      ],
      ['reading another’s queue', forbidden, (client) => client.attempt((c) => c.get(agentQueue(bob)))],
      [
        'consuming another’s queue',
        forbidden,
        (client) => client.attempt((c) => c.consume(agentQueue(bob), () => undefined)),
      ],
      [
        'purging another’s queue',
        forbidden,
        (client) => client.attempt((c) => c.purgeQueue(agentQueue(bob))),
      ],
      ['reading a service’s queue', forbidden, (client) => client.attempt((c) => c.get(agentQueues.results))],
    ])('the broker refuses %s', async (_what, refusal, operation) => {
      expect(await operation(await clientOf(alice))).toBe(refusal);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['a wrong secret', () => registry.connectAs(alice, `${credentials.get(alice)?.slice(0, -4)}0000`)],
      ['another’s credential', () => registry.connectAs(alice, credentials.get(bob) ?? '')],
      ['no secret', () => registry.connectAs(alice, '')],
      ['an unknown name', () => registry.connectAs(`nobody-${run}`, credentials.get(alice) ?? '')],
      ['a service’s name', () => registry.connectAs('svc-orchestrator', credentials.get(alice) ?? '')],
      [
        'the services’ virtual host',
        () => registry.connectAs(alice, credentials.get(alice) ?? '', registry.vhosts.servicesVhost),
      ],
    ])('the broker refuses a connection with %s', async (_what, connecting) => {
      await expect(connecting()).rejects.toThrow(/ACCESS.REFUSED|got <ConnectionClose/);
    });

    it('a hello without a user id is refused by the registry and kept as a dead letter', async () => {
      const client = await clientOf(alice);
      const inbox = await client.inbox(alice);
      expect(await client.publish(`event.hello.${alice}`, helloFrom('x'), { type: hello.name })).toBe('ok');
      const [letter] = await taken(deadQueue('registry'));
      expect(letter?.properties.headers['x-ymera-code']).toBe('identity_missing');
      expect(inbox).toEqual([]);
    });

    it('a CC header gives nobody another’s identity: the welcome goes to who was validated', async () => {
      const [hers, his] = [await clientOf(alice), await clientOf(bob)];
      const [herInbox, hisInbox] = [await hers.inbox(alice), await his.inbox(bob)];
      // RabbitMQ 4 refuses it; 3.10 lets it pass, and then only the user id counts.
      const outcome = await hers.publish(`event.hello.${alice}`, helloFrom(`agent-of-${bob}`), {
        userId: alice,
        type: hello.name,
        CC: [`event.hello.${bob}`, `report.${partitions.get(bob)}.${bob}`],
      });
      if (outcome === 'ok') {
        await eventually(() => expect([...herInbox, ...hisInbox]).toHaveLength(1));
        expect([...herInbox, ...hisInbox][0]?.body).toMatchObject({ agent_ids: [] });
      } else expect(outcome).toBe(forbidden);
      const standing = await registry.ask(principalStatus, { principal_id: bob });
      expect(standing.agent_ids).toEqual([`agent-of-${bob}`]);
    });
  });

  describe('the callback', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = async (path: string, body: string, headers: Record<string, string> = form) => {
      const response = await fetch(`${registry.url}/broker/${path}`, { method: 'POST', headers, body });
      return `${response.status} ${await response.text()}`;
    };
    const callbackToken = () => (process.env['YMERA_TEST_BROKER_CALLBACK_URL'] ?? '').split('/').at(-1) ?? '';

    it('is not there for who has not the token', async () => {
      for (const guess of ['guess', '', `${callbackToken()}x`, callbackToken().slice(0, -1)])
        expect(await post(`${guess}/user`, `username=${alice}&password=x`)).toMatch(/^404 /);
    });

    it('denies what it does not understand', async () => {
      for (const [path, body] of [
        ['user', ''],
        ['user', `username=${alice}`],
        ['vhost', `username=${alice}`],
        ['resource', `username=${alice}&vhost=${encodeURIComponent(vhost)}&resource=queue`],
        ['topic', `username=${alice}&vhost=${encodeURIComponent(vhost)}&name=agents.in&permission=write`],
        ['unheard-of', `username=${alice}&vhost=${encodeURIComponent(vhost)}`],
      ] as const)
        expect(await post(`${callbackToken()}/${path}`, body)).toBe('200 deny');
    });

    it('answers in under 5 ms once a principal is known', async () => {
      const ask = () =>
        post(
          `${callbackToken()}/topic`,
          `username=${alice}&vhost=${encodeURIComponent(vhost)}&resource=topic&name=agents.in&permission=write` +
            `&routing_key=${own('report')}`,
        );
      expect(await ask()).toBe('200 allow');
      const times: number[] = [];
      for (let index = 0; index < 200; index += 1) {
        const before = performance.now();
        await ask();
        times.push(performance.now() - before);
      }
      // The quickest tenth, because other tests share the machine: the work itself, HTTP included.
      expect(times.toSorted((a, b) => a - b)[20]).toBeLessThan(5);
    });
  });

  describe('the life of an agent', () => {
    it('registers with a token, is found, and is out at once when it is retired', async () => {
      const agent = `solo-${run}`;
      const reply = await registry.ask(registerAgent, {
        ...registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
        idempotency_key: 'once',
      });
      const credential = reply.principal?.credential ?? '';
      expect(await registry.ask(authenticatePrincipal, { credential })).toEqual({ principal_id: agent });
      expect(await registry.ask(getAgent, { agent_id: agent })).toEqual(reply.agent);
      const page = await registry.ask(listAgents, { agent_type: 'TESTING', limit: 200 });
      expect(page.items.map(({ agent_id }) => agent_id)).toContain(agent);

      const connection = await registry.connectAs(agent, credential);
      const closed = new Promise((resolve) => connection.on('close', resolve));
      await registry.ask(retireAgent, { agent_id: agent, reason: 'Replaced.', actor: admin });
      await closed;
      // For two seconds the broker believes what it has cached; whoever comes in on that is put out again.
      await eventually(
        () => expect(registry.connectAs(agent, credential)).rejects.toThrow(/ACCESS.REFUSED/),
        {
          timeoutMs: 10_000,
          intervalMs: 200,
        },
      );
      await eventually(
        async () => {
          const path = `connections/username/${agent}`;
          expect(await management('GET', path)).toEqual([]);
        },
        { timeoutMs: 10_000, intervalMs: 200 },
      );
      expect(await registry.refusal(authenticatePrincipal, { credential })).toBe('credential_revoked');
      await expect(
        management('GET', `queues/${encodeURIComponent(vhost)}/${agentQueue(agent)}`),
      ).rejects.toThrow('404');
    }, 30_000);

    it('is frozen: put out and refused by the broker, asks why, and comes back when it is lifted', async () => {
      const agent = `cold-${run}`;
      const reply = await registry.ask(
        registerAgent,
        registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
      );
      const credential = reply.principal?.credential ?? '';
      const connection = await registry.connectAs(agent, credential);
      const closed = new Promise((resolve) => connection.on('close', resolve));
      await registry.decide(1, { agent_id: agent, to: 'frozen' });
      await closed;
      await eventually(
        () => expect(registry.connectAs(agent, credential)).rejects.toThrow(/ACCESS.REFUSED/),
        { timeoutMs: 10_000, intervalMs: 200 },
      );
      await eventually(
        async () => expect(await management('GET', `connections/username/${agent}`)).toEqual([]),
        { timeoutMs: 10_000, intervalMs: 200 },
      );
      expect(await registry.refusal(authenticatePrincipal, { credential })).toBe('principal_frozen');
      expect(await registry.ask(principalStatus, { principal_id: agent })).toMatchObject({
        status: 'frozen',
        may_report: false,
        sanctions: [{ agent_id: agent, status: 'frozen', cause: 'silence' }],
        retry_after_s: 5,
      });

      const lifting = { agent_id: agent, reason: 'It has more memory now.', actor: admin };
      await registry.ask(liftFreeze, lifting);
      await registry.decide(1, { agent_id: agent, to: 'frozen' });
      expect(await registry.refusal(liftFreeze, lifting)).toBe('agent_not_frozen');
      const client = await eventually(
        async () => new PrincipalClient(await registry.connectAs(agent, credential)),
        { timeoutMs: 10_000, intervalMs: 200 },
      );
      const inbox = await client.inbox(agent);
      await client.publish(`event.hello.${agent}`, helloFrom(agent), { userId: agent, type: hello.name });
      await eventually(() => expect(inbox).toHaveLength(1));
      const found = await registry.ask(getAgent, { agent_id: agent });
      expect(found.standing).toMatchObject({ status: 'active', changed_by: admin.name });
    }, 60_000);

    it('is suspended for silence: it stays connected, may report, and its results are refused', async () => {
      const agent = `still-${run}`;
      const reply = await registry.ask(
        registerAgent,
        registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
      );
      const connection = await registry.connectAs(agent, reply.principal?.credential ?? '');
      await registry.decide(1, { agent_id: agent, to: 'suspended' });
      await eventually(async () => {
        const { status } = await registry.ask(principalStatus, { principal_id: agent });
        expect(status).toBe('suspended');
      });
      const client = new PrincipalClient(connection);
      const inbox = await client.inbox(agent);
      await client.publish(`event.hello.${agent}`, helloFrom(agent), { userId: agent, type: hello.name });
      const [welcome] = await eventually(() =>
        inbox.length > 0 ? inbox : Promise.reject(new Error('no welcome')),
      );
      const { partition } = welcome?.body as { partition: number };
      const publish = (channel: string) =>
        client.publish(`${channel}.${partition}.${agent}`, { any: 'body' }, { userId: agent });
      expect([await publish('report'), await publish('result')]).toEqual(['ok', forbidden]);
    }, 30_000);

    it('is asked about a canary, which the broker refuses, and tells whoever let it fly', async () => {
      const name = `_canary-${randomBytes(16).toString('hex')}`;
      expect(await registry.ask(recallCanary, { name })).toEqual({ asked_at: null });
      await expect(registry.connectAs(name, 'any password')).rejects.toThrow('403');
      const { asked_at } = await registry.ask(recallCanary, { name });
      expect(Date.now() - Date.parse(asked_at ?? '')).toBeLessThan(10_000);
    });

    it('a token that is spent twice at the same time works once', async () => {
      const enrolment_token = await token('principal');
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map((index) =>
          registry.refusal(enrolPrincipal, { enrolment_token, principal_id: `race-${index}-${run}` }),
        ),
      );
      expect(outcomes.toSorted()).toEqual([...Array<string>(3).fill('enrolment_invalid'), 'ok']);
    });

    it('the same registration twice at the same time is one agent and one answer', async () => {
      const request = {
        ...registration(
          { kind: 'enrolment' as const, enrolment_token: await token('agent') },
          `twice-${run}`,
        ),
        idempotency_key: 'key-1',
      };
      const [one, two] = await Promise.all([1, 2].map(() => registry.ask(registerAgent, request)));
      expect(one).toEqual(two);
    });

    it.each([
      ['with a principal and a queue of its own', () => ({ kind: 'operator' as const, actor: admin })],
      ['under a principal', () => asPrincipal(alice)],
    ])('registers %s in under 100 ms', async (how, caller) => {
      const times: number[] = [];
      for (let index = 0; index < 30; index += 1) {
        const before = performance.now();
        await registry.ask(registerAgent, registration(caller(), `${caller().kind}-${index}-${run}`));
        times.push(performance.now() - before);
      }
      const [best, median] = [3, 15].map((rank) => times.toSorted((a, b) => a - b)[rank]?.toFixed(1));
      process.stdout.write(`registration ${how}: p10 ${best} ms, p50 ${median} ms\n`);
      expect(Number(best)).toBeLessThan(100);
    });
  });

  leakGuard();
});
