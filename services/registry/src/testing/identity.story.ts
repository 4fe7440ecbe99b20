import { agentQueue, agentQueues, deadQueue, hello, principalStatus } from '@ymera/contracts';
import { eventually } from '@ymera/testing';
import type { PrincipalClient } from './principal-client';
import { forbidden, helloFrom, type RegistryFixture } from './registry-fixture';

/** No principal can act as another. */
export function describeIdentity(fixture: RegistryFixture): void {
  const { alice, bob, run, credentials, partitions, clientOf, taken, own } = fixture;

  it('lets a principal publish as itself, with its validated name in the message', async () => {
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
    ['purging another’s queue', forbidden, (client) => client.attempt((c) => c.purgeQueue(agentQueue(bob)))],
    ['reading a service’s queue', forbidden, (client) => client.attempt((c) => c.get(agentQueues.results))],
  ])('refuses %s on the broker', async (_what, refusal, operation) => {
    expect(await operation(await clientOf(alice))).toBe(refusal);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'a wrong secret',
      () => fixture.registry.connectAs(alice, `${credentials.get(alice)?.slice(0, -4)}0000`),
    ],
    ['another’s credential', () => fixture.registry.connectAs(alice, credentials.get(bob) ?? '')],
    ['no secret', () => fixture.registry.connectAs(alice, '')],
    ['an unknown name', () => fixture.registry.connectAs(`unknown-${run}`, credentials.get(alice) ?? '')],
    ['a service’s name', () => fixture.registry.connectAs('svc-orchestrator', credentials.get(alice) ?? '')],
    [
      'the services’ virtual host',
      () =>
        fixture.registry.connectAs(
          alice,
          credentials.get(alice) ?? '',
          fixture.registry.vhosts.servicesVhost,
        ),
    ],
  ])('refuses a connection with %s on the broker', async (_what, connecting) => {
    await expect(connecting()).rejects.toThrow(/ACCESS.REFUSED|got <ConnectionClose/);
  });

  it('dead-letters a hello without a user id', async () => {
    const client = await clientOf(alice);
    const inbox = await client.inbox(alice);
    expect(await client.publish(`event.hello.${alice}`, helloFrom('x'), { type: hello.name })).toBe('ok');
    const [letter] = await taken(deadQueue('registry'));
    expect(letter?.properties.headers['x-ymera-code']).toBe('identity_missing');
    expect(inbox).toEqual([]);
  });

  it('ignores a CC header as identity: the welcome goes to the validated user', async () => {
    const [hers, his] = [await clientOf(alice), await clientOf(bob)];
    const [herInbox, hisInbox] = [await hers.inbox(alice), await his.inbox(bob)];
    // RabbitMQ 4 refuses it; 3.10 accepts it, and then only the user id counts.
    const outcome = await hers.publish(`event.hello.${alice}`, helloFrom(`agent-of-${bob}`), {
      userId: alice,
      type: hello.name,
      CC: [`event.hello.${bob}`, `report.${partitions.get(bob)}.${bob}`],
    });
    if (outcome === 'ok') {
      await eventually(() => expect([...herInbox, ...hisInbox]).toHaveLength(1));
      expect([...herInbox, ...hisInbox][0]?.body).toMatchObject({ agent_ids: [] });
    } else expect(outcome).toBe(forbidden);
    const standing = await fixture.registry.ask(principalStatus, { principal_id: bob });
    expect(standing.agent_ids).toEqual([`agent-of-${bob}`]);
  });
}
