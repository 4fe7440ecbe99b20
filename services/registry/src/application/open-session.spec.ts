import { admin, asAdmin, asPrincipal, registration, registryWorld } from '../testing/registry-world';

const hello = (id: string, principalId: string, ...agent_ids: string[]) => ({
  id,
  principalId,
  payload: { protocol: 1 as const, agent_ids },
});

describe('hello', () => {
  it('is answered with a rising session, the partition and the agents that the principal owns', async () => {
    const world = registryWorld();
    await world.enrolled('runner-1');
    await world.register.execute(registration(asPrincipal('runner-1'), 'tester-1'));
    await world.register.execute(registration(asAdmin, 'other-1'));

    for (const id of ['h-1', 'h-2'])
      expect(await world.openSession.execute(hello(id, 'runner-1', 'tester-1', 'other-1', 'nobody'))).toBe(
        'welcomed',
      );
    const messages = world.registry.unitOfWork.outbox.messages;
    const welcomes = messages.filter(({ contract }) => contract.kind === 'agent_message');
    expect(welcomes).toMatchObject([
      { principalId: 'runner-1', payload: { session: 1, agent_ids: ['tester-1'], interval_s: 60 } },
      { principalId: 'runner-1', payload: { session: 2, agent_ids: ['tester-1'] } },
    ]);
    expect(messages.filter(({ contract }) => contract.kind === 'event').slice(-2)).toMatchObject([
      { payload: { session: 1, agent_ids: ['tester-1'] }, aggregateVersion: 2 },
      { payload: { session: 2, agent_ids: ['tester-1'] }, aggregateVersion: 3 },
    ]);
    expect(world.metrics.strangers).toBe(4);
  });

  it('opens no second session when the broker delivers it twice', async () => {
    const world = registryWorld();
    await world.enrolled('runner-1');
    await world.openSession.execute(hello('h-1', 'runner-1', 'tester-1'));
    expect(await world.openSession.execute(hello('h-1', 'runner-1', 'tester-1'))).toBe('repeated');
    expect(world.registry.unitOfWork.state.principals.get('runner-1')?.session).toBe(1);
  });

  it('is not answered for a stranger or a retired principal', async () => {
    const world = registryWorld();
    await world.register.execute(registration(asAdmin));
    await world.retire.execute({ agent_id: 'tester-1', reason: 'Replaced.', actor: admin });
    expect(await world.openSession.execute(hello('h-1', 'tester-1', 'tester-1'))).toBe('refused');
    expect(await world.openSession.execute(hello('h-2', 'nobody', 'tester-1'))).toBe('refused');
  });
});
