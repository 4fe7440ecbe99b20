import {
  asAdmin,
  asPrincipal,
  codeOf,
  registration,
  registryFixture,
  valueOf,
  withToken,
} from '../testing/in-memory-registry-fixture';

describe('RegisterAgent', () => {
  it('registers under the calling principal, without another credential', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    const reply = valueOf(await fixture.register.execute(registration(asPrincipal('runner-1'))));
    expect(reply).toEqual({
      agent: {
        agent_id: 'tester-1',
        agent_type: 'TESTING',
        capabilities: ['node:test'],
        config: {},
        principal_id: 'runner-1',
        status: 'active',
        created_at: '2026-01-01T00:00:00.000Z',
        standing: {
          status: 'active',
          cause: null,
          reason: '',
          changed_by: 'platform',
          changed_at: '2026-01-01T00:00:00.000Z',
        },
      },
    });
    expect(fixture.events()).toContain('registry.agent.registered');
  });

  it.each(['enrolment', 'administrator'])(
    'registers by %s, with a principal and a queue of its own',
    async (way) => {
      const fixture = registryFixture();
      const caller = way === 'enrolment' ? withToken(await fixture.token('agent')) : asAdmin;
      const reply = valueOf(await fixture.register.execute(registration(caller)));
      expect(reply.principal?.principal_id).toBe('tester-1');
      expect(fixture.queues.queues).toEqual(new Set(['tester-1']));
      const credential = reply.principal?.credential ?? '';
      expect(await fixture.broker.mayConnect('tester-1', credential)).toBe(true);
      expect(codeOf(await fixture.register.execute(registration(asPrincipal('tester-1'), 'tester-2')))).toBe(
        'principal_serves_one_agent',
      );
    },
  );

  it('refuses a second agent of the same id, from any caller, and spends no token for it', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    await fixture.register.execute(registration(asPrincipal('runner-1')));
    const token = await fixture.token('agent');
    for (const caller of [asPrincipal('runner-1'), asAdmin, withToken(token)])
      expect(codeOf(await fixture.register.execute(registration(caller)))).toBe('agent_exists');
    expect(codeOf(await fixture.register.execute(registration(withToken(token), 'tester-2')))).toBe('ok');
  });

  it('returns the same answer, credential included, to the same request with the same key', async () => {
    const fixture = registryFixture();
    const caller = withToken(await fixture.token('agent'));
    const request = { ...registration(caller), idempotency_key: 'try-1' };
    const first = valueOf(await fixture.register.execute(request));
    expect(valueOf(await fixture.register.execute(request))).toEqual(first);
    expect(codeOf(await fixture.register.execute({ ...request, capabilities: ['other'] }))).toBe(
      'idempotency_key_reused',
    );
    expect(codeOf(await fixture.register.execute({ ...request, idempotency_key: 'try-2' }))).toBe(
      'enrolment_invalid',
    );
    fixture.clock.advance(25 * 3_600_000);
    expect(codeOf(await fixture.register.execute(request))).toBe('enrolment_invalid');
  });

  it('separates the idempotency keys of callers', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    await fixture.enrolled('runner-2');
    const ask = (principal: string, agent: string) =>
      fixture.register.execute({ ...registration(asPrincipal(principal), agent), idempotency_key: 'same' });
    expect(valueOf(await ask('runner-1', 'tester-1')).agent.principal_id).toBe('runner-1');
    expect(valueOf(await ask('runner-2', 'tester-2')).agent.principal_id).toBe('runner-2');
  });

  it('limits a principal to a thousand agents', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    const { principals } = fixture.registry.unitOfWork.state;
    const runner = principals.get('runner-1');
    if (runner) principals.set('runner-1', { ...runner, agentCount: 999 });
    expect(codeOf(await fixture.register.execute(registration(asPrincipal('runner-1'), 'tester-1')))).toBe(
      'ok',
    );
    expect(codeOf(await fixture.register.execute(registration(asPrincipal('runner-1'), 'tester-2')))).toBe(
      'principal_full',
    );
  });

  it('refuses unknown principals, people without role admin, and texts that cannot be stored', async () => {
    const fixture = registryFixture();
    const viewer = { kind: 'operator' as const, actor: { name: 'eve', roles: ['viewer'] } };
    const refused = async (request: Parameters<typeof fixture.register.execute>[0]) =>
      codeOf(await fixture.register.execute(request));
    expect(await refused(registration(asPrincipal('unknown')))).toBe('principal_not_active');
    expect(await refused(registration(viewer))).toBe('admin_required');
    expect(await refused(registration(withToken('yme_forged')))).toBe('enrolment_invalid');
    expect(await refused({ ...registration(asAdmin), config: { blob: 'x'.repeat(16_384) } })).toBe(
      'config_too_large',
    );
    expect(await refused({ ...registration(asAdmin), config: { a: { '\0': 1 } } })).toBe('text_invalid');
    expect(await refused({ ...registration(asAdmin), capabilities: ['\ud800'] })).toBe('text_invalid');
    expect(fixture.registry.unitOfWork.state.agents.size).toBe(0);
    expect(fixture.events()).toEqual([]);
  });
});
