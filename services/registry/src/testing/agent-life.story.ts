import { randomBytes } from 'node:crypto';
import {
  agentQueue,
  authenticatePrincipal,
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
import { eventually, management } from '@ymera/testing';
import { PrincipalClient } from './principal-client';
import { admin, asPrincipal, registration } from './in-memory-registry-fixture';
import { forbidden, helloFrom, type RegistryFixture } from './registry-fixture';

/** From the registration of an agent to its retirement. */
export function describeAgentLife(fixture: RegistryFixture): void {
  const { alice, run, token } = fixture;

  it('is registered with a token, found, and disconnected at once when it is retired', async () => {
    const agent = `solo-${run}`;
    const reply = await fixture.registry.ask(registerAgent, {
      ...registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
      idempotency_key: 'once',
    });
    const credential = reply.principal?.credential ?? '';
    expect(await fixture.registry.ask(authenticatePrincipal, { credential })).toEqual({
      principal_id: agent,
    });
    expect(await fixture.registry.ask(getAgent, { agent_id: agent })).toEqual(reply.agent);
    const page = await fixture.registry.ask(listAgents, { agent_type: 'TESTING', limit: 200 });
    expect(page.items.map(({ agent_id }) => agent_id)).toContain(agent);

    const connection = await fixture.registry.connectAs(agent, credential);
    const closed = new Promise((resolve) => connection.on('close', resolve));
    await fixture.registry.ask(retireAgent, { agent_id: agent, reason: 'Replaced.', actor: admin });
    await closed;
    // For two seconds the broker uses its cache; a connection that it accepts meanwhile is closed again.
    await eventually(
      () => expect(fixture.registry.connectAs(agent, credential)).rejects.toThrow(/ACCESS.REFUSED/),
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
    expect(await fixture.registry.refusal(authenticatePrincipal, { credential })).toBe('credential_revoked');
    await expect(
      management('GET', `queues/${encodeURIComponent(fixture.vhost)}/${agentQueue(agent)}`),
    ).rejects.toThrow('404');
  }, 30_000);

  it('is disconnected and refused while frozen, queries the reason, and comes back after the lift', async () => {
    const agent = `cold-${run}`;
    const reply = await fixture.registry.ask(
      registerAgent,
      registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
    );
    const credential = reply.principal?.credential ?? '';
    const connection = await fixture.registry.connectAs(agent, credential);
    const closed = new Promise((resolve) => connection.on('close', resolve));
    await fixture.registry.decide(1, { agent_id: agent, to: 'frozen' });
    await closed;
    await eventually(
      () => expect(fixture.registry.connectAs(agent, credential)).rejects.toThrow(/ACCESS.REFUSED/),
      { timeoutMs: 10_000, intervalMs: 200 },
    );
    await eventually(
      async () => expect(await management('GET', `connections/username/${agent}`)).toEqual([]),
      { timeoutMs: 10_000, intervalMs: 200 },
    );
    expect(await fixture.registry.refusal(authenticatePrincipal, { credential })).toBe('principal_frozen');
    expect(await fixture.registry.ask(principalStatus, { principal_id: agent })).toMatchObject({
      status: 'frozen',
      may_report: false,
      sanctions: [{ agent_id: agent, status: 'frozen', cause: 'silence' }],
      retry_after_s: 5,
    });

    const lifting = { agent_id: agent, reason: 'It has more memory now.', actor: admin };
    await fixture.registry.ask(liftFreeze, lifting);
    await fixture.registry.decide(1, { agent_id: agent, to: 'frozen' });
    expect(await fixture.registry.refusal(liftFreeze, lifting)).toBe('agent_not_frozen');
    const client = await eventually(
      async () => new PrincipalClient(await fixture.registry.connectAs(agent, credential)),
      { timeoutMs: 10_000, intervalMs: 200 },
    );
    const inbox = await client.inbox(agent);
    await client.publish(`event.hello.${agent}`, helloFrom(agent), { userId: agent, type: hello.name });
    await eventually(() => expect(inbox).toHaveLength(1));
    const found = await fixture.registry.ask(getAgent, { agent_id: agent });
    expect(found.standing).toMatchObject({ status: 'active', changed_by: admin.name });
  }, 60_000);

  it('stays connected while suspended for missed reports: it may report, but its results are refused', async () => {
    const agent = `still-${run}`;
    const reply = await fixture.registry.ask(
      registerAgent,
      registration({ kind: 'enrolment', enrolment_token: await token('agent') }, agent),
    );
    const connection = await fixture.registry.connectAs(agent, reply.principal?.credential ?? '');
    await fixture.registry.decide(1, { agent_id: agent, to: 'suspended' });
    await eventually(async () => {
      const { status } = await fixture.registry.ask(principalStatus, { principal_id: agent });
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

  it('is probed by a login that the broker refuses, which the registry recalls', async () => {
    const name = `_canary-${randomBytes(16).toString('hex')}`;
    expect(await fixture.registry.ask(recallCanary, { name })).toEqual({ asked_at: null });
    await expect(fixture.registry.connectAs(name, 'any password')).rejects.toThrow('403');
    const { asked_at } = await fixture.registry.ask(recallCanary, { name });
    expect(Date.now() - Date.parse(asked_at ?? '')).toBeLessThan(10_000);
  });

  it('is enrolled once by a token that is spent twice concurrently', async () => {
    const enrolment_token = await token('principal');
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((index) =>
        fixture.registry.refusal(enrolPrincipal, { enrolment_token, principal_id: `race-${index}-${run}` }),
      ),
    );
    expect(outcomes.toSorted()).toEqual([...Array<string>(3).fill('enrolment_invalid'), 'ok']);
  });

  it('is registered once with one answer by two concurrent identical requests', async () => {
    const request = {
      ...registration({ kind: 'enrolment' as const, enrolment_token: await token('agent') }, `twice-${run}`),
      idempotency_key: 'key-1',
    };
    const [one, two] = await Promise.all([1, 2].map(() => fixture.registry.ask(registerAgent, request)));
    expect(one).toEqual(two);
  });

  it.each([
    ['with a principal and a queue of its own', () => ({ kind: 'operator' as const, actor: admin })],
    ['under a principal', () => asPrincipal(alice)],
  ])('is registered %s in under 100 ms', async (how, caller) => {
    const times: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      const before = performance.now();
      await fixture.registry.ask(registerAgent, registration(caller(), `${caller().kind}-${index}-${run}`));
      times.push(performance.now() - before);
    }
    const [best, median] = [3, 15].map((rank) => times.toSorted((a, b) => a - b)[rank]?.toFixed(1));
    process.stdout.write(`registration ${how}: p10 ${best} ms, p50 ${median} ms\n`);
    expect(Number(best)).toBeLessThan(100);
  });
}
