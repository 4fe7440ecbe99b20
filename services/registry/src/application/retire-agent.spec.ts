import {
  admin,
  asAdmin,
  asPrincipal,
  codeOf,
  registration,
  registryFixture,
  valueOf,
} from '../testing/in-memory-registry-fixture';

const retirement = (agent_id: string) => ({ agent_id, reason: 'Replaced.', actor: admin });

describe('RetireAgent', () => {
  it('retires the agent’s own principal with it: refused at once, connections closed, queue deleted', async () => {
    const fixture = registryFixture();
    const { principal } = valueOf(await fixture.register.execute(registration(asAdmin)));
    const credential = principal?.credential ?? '';
    expect(await fixture.broker.mayConnect('tester-1', credential)).toBe(true);
    expect(await fixture.broker.may('tester-1', { kind: 'vhost', vhost: '/agents' })).toBe(true);

    expect(valueOf(await fixture.retire.execute(retirement('tester-1'))).status).toBe('retired');
    expect(await fixture.broker.mayConnect('tester-1', credential)).toBe(false);
    expect(await fixture.broker.may('tester-1', { kind: 'vhost', vhost: '/agents' })).toBe(false);
    expect(codeOf(await fixture.authenticate.execute({ credential }))).toBe('credential_revoked');
    expect(fixture.queues.closed).toEqual(['tester-1']);
    expect(fixture.queues.queues).toEqual(new Set());
  });

  it('continues to close connections while the broker may use a cached permission', async () => {
    const fixture = registryFixture();
    await fixture.register.execute(registration(asAdmin));
    await fixture.retire.execute(retirement('tester-1'));
    await fixture.provisioning.runPass();
    expect(fixture.queues.closed).toHaveLength(2);
    fixture.clock.advance(5_000);
    await fixture.provisioning.runPass();
    await fixture.provisioning.runPass();
    expect(fixture.queues.closed).toHaveLength(3);
  });

  it('leaves a runner and its other agents unchanged', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    for (const agent of ['tester-1', 'tester-2'])
      await fixture.register.execute(registration(asPrincipal('runner-1'), agent));
    await fixture.retire.execute(retirement('tester-1'));
    expect(valueOf(await fixture.read.standing({ principal_id: 'runner-1' }))).toEqual({
      principal_id: 'runner-1',
      status: 'active',
      may_report: true,
      agent_ids: ['tester-2'],
      sanctions: [],
      retry_after_s: null,
    });
    expect(fixture.queues.closed).toEqual([]);
  });

  it('gives the same answer again without a second event, and never frees the id', async () => {
    const fixture = registryFixture();
    await fixture.register.execute(registration(asAdmin));
    const first = valueOf(await fixture.retire.execute(retirement('tester-1')));
    expect(valueOf(await fixture.retire.execute(retirement('tester-1')))).toEqual(first);
    expect(fixture.events().filter((name) => name === 'registry.agent.retired')).toHaveLength(1);
    expect(codeOf(await fixture.register.execute(registration(asAdmin)))).toBe('agent_exists');
  });

  it('publishes the actor, as does the enrolment with its token, and never the token’s secret', async () => {
    const fixture = registryFixture();
    await fixture.register.execute(registration(asAdmin));
    const token = await fixture.token('agent');
    await fixture.retire.execute(retirement('tester-1'));
    const sent = fixture.registry.unitOfWork.outbox.messages;
    const payloadOf = (name: string) => sent.find(({ contract }) => contract.name === name)?.payload;
    expect(payloadOf('registry.agent.retired')).toMatchObject({ retired_by: retirement('').actor.name });
    expect(payloadOf('registry.enrolment.created')).toEqual({
      enrolment_id: token.split('_')[1],
      kind: 'agent',
      created_by: expect.any(String),
      expires_at: '2026-01-01T01:00:00.000Z',
    });
    expect(JSON.stringify(sent)).not.toContain(token.slice(-64));
  });

  it('refuses callers without role admin, and an unknown agent', async () => {
    const fixture = registryFixture();
    const actor = { name: 'ada', roles: ['operator'] };
    expect(codeOf(await fixture.retire.execute({ ...retirement('tester-1'), actor }))).toBe('admin_required');
    expect(codeOf(await fixture.retire.execute(retirement('tester-1')))).toBe('agent_not_found');
  });
});
