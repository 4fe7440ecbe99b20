import {
  admin,
  asAdmin,
  asPrincipal,
  registration,
  registryFixture,
} from '../testing/in-memory-registry-fixture';

const hello = (id: string, principalId: string, ...agent_ids: string[]) => ({
  id,
  principalId,
  payload: { protocol: 1 as const, agent_ids },
});

describe('OpenSession', () => {
  it('answers a hello with a rising session, the partition and the agents that the principal owns', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    await fixture.register.execute(registration(asPrincipal('runner-1'), 'tester-1'));
    await fixture.register.execute(registration(asAdmin, 'other-1'));

    for (const id of ['h-1', 'h-2'])
      expect(await fixture.openSession.execute(hello(id, 'runner-1', 'tester-1', 'other-1', 'unknown'))).toBe(
        'welcomed',
      );
    const messages = fixture.registry.unitOfWork.outbox.messages;
    const welcomes = messages.filter(({ contract }) => contract.kind === 'agent_message');
    expect(welcomes).toMatchObject([
      { principalId: 'runner-1', payload: { session: 1, agent_ids: ['tester-1'], interval_s: 60 } },
      { principalId: 'runner-1', payload: { session: 2, agent_ids: ['tester-1'] } },
    ]);
    expect(messages.filter(({ contract }) => contract.kind === 'event').slice(-2)).toMatchObject([
      { payload: { session: 1, agent_ids: ['tester-1'] }, aggregateVersion: 2 },
      { payload: { session: 2, agent_ids: ['tester-1'] }, aggregateVersion: 3 },
    ]);
    expect(fixture.metrics.unknownAgents).toBe(4);
  });

  it('opens no second session when the hello is redelivered', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    await fixture.openSession.execute(hello('h-1', 'runner-1', 'tester-1'));
    expect(await fixture.openSession.execute(hello('h-1', 'runner-1', 'tester-1'))).toBe('repeated');
    expect(fixture.registry.unitOfWork.state.principals.get('runner-1')?.session).toBe(1);
  });

  it('does not answer an unknown or a retired principal', async () => {
    const fixture = registryFixture();
    await fixture.register.execute(registration(asAdmin));
    await fixture.retire.execute({ agent_id: 'tester-1', reason: 'Replaced.', actor: admin });
    expect(await fixture.openSession.execute(hello('h-1', 'tester-1', 'tester-1'))).toBe('refused');
    expect(await fixture.openSession.execute(hello('h-2', 'unknown', 'tester-1'))).toBe('refused');
  });
});
