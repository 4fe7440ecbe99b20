import { agentStandingChanged, type enforcementChanged, type PayloadOf } from '@ymera/contracts';
import {
  admin,
  asAdmin,
  asPrincipal,
  codeOf,
  registration,
  registryFixture,
  valueOf,
} from '../testing/in-memory-registry-fixture';

type Decision = PayloadOf<typeof enforcementChanged>;

const decided = (
  agent_id: string,
  version: number,
  to: Decision['to'],
  cause: Decision['cause'] = 'silence',
) => ({
  id: `${agent_id}-${version}`,
  aggregateVersion: version,
  payload: {
    agent_id,
    agent_type: 'TESTING' as const,
    principal_id: 'runner-1',
    from: 'none' as const,
    to,
    cause,
    missed_windows: 5,
    last_report_at: null,
    decided_at: '2026-01-01T00:05:00.000Z',
    reason: 'No report for 5 windows.',
  },
});

const lifting = (agent_id = 'tester-1', reason = 'It has more memory now.') => ({
  agent_id,
  reason,
  actor: admin,
});

/** An agent with a principal of its own, and its credential. */
async function soloFixture() {
  const fixture = registryFixture();
  const { principal } = valueOf(await fixture.register.execute(registration(asAdmin)));
  const credential = principal?.credential ?? '';
  return { ...fixture, credential, mayConnect: () => fixture.broker.mayConnect('tester-1', credential) };
}

/** A runner with two agents. */
async function hostedFixture() {
  const fixture = registryFixture();
  const { credential } = await fixture.enrolled('runner-1');
  for (const agent of ['tester-1', 'tester-2'])
    await fixture.register.execute(registration(asPrincipal('runner-1'), agent));
  return { ...fixture, credential, mayConnect: () => fixture.broker.mayConnect('runner-1', credential) };
}

const sanctions = (fixture: ReturnType<typeof registryFixture>) =>
  fixture.registry.unitOfWork.outbox.payloads(agentStandingChanged);

describe('an agent that is suspended for missed reports', () => {
  it('may still connect and report; the event carries the raised epoch', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'suspended'));
    expect(await fixture.mayConnect()).toBe(true);
    const { partition } = (await fixture.registry.accessByName('tester-1'))?.principal ?? { partition: 0 };
    const mayPublish = (channel: string) =>
      fixture.broker.may('tester-1', {
        kind: 'topic',
        vhost: '/agents',
        name: 'agents.in',
        permission: 'write',
        routingKey: `${channel}.${partition}.tester-1`,
      });
    expect([await mayPublish('report'), await mayPublish('result')]).toEqual([true, false]);
    expect(fixture.queues.closed).toEqual([]);
    expect(sanctions(fixture)).toMatchObject([
      {
        agent_id: 'tester-1',
        principal_id: 'tester-1',
        status: 'suspended',
        cause: 'silence',
        credential_epoch: 2,
        changed_by: 'platform',
      },
    ]);
    expect(fixture.metrics.sanctions).toEqual(['suspended silence']);
    expect(valueOf(await fixture.read.standing({ principal_id: 'tester-1' }))).toMatchObject({
      status: 'suspended',
      may_report: true,
      sanctions: [{ agent_id: 'tester-1', status: 'suspended', cause: 'silence' }],
      retry_after_s: 30,
    });
  });

  it('is reinstated by three good reports, which reporting counts', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'suspended'));
    await fixture.follow.execute(decided('tester-1', 2, 'none', 'recovery'));
    expect(sanctions(fixture).at(-1)).toMatchObject({
      status: 'active',
      cause: 'recovery',
      credential_epoch: 2,
    });
    expect(valueOf(await fixture.read.standing({ principal_id: 'tester-1' })).status).toBe('active');
  });
});

describe('a principal whose only agent is frozen', () => {
  it('is refused by the broker at once, its connections are closed, and it can query the reason', async () => {
    const fixture = await soloFixture();
    expect(await fixture.mayConnect()).toBe(true);
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    expect(await fixture.mayConnect()).toBe(false);
    expect(await fixture.broker.may('tester-1', { kind: 'vhost', vhost: '/agents' })).toBe(false);
    expect(fixture.queues.closed).toEqual(['tester-1']);
    expect(fixture.queues.queues).toEqual(new Set(['tester-1']));
    const { credential } = fixture;
    expect(await fixture.authenticate.execute({ credential })).toMatchObject({
      ok: false,
      error: { kind: 'forbidden', code: 'principal_frozen', details: { retry_after_s: 300 } },
    });
    expect(valueOf(await fixture.authenticate.execute({ credential, any_standing: true }))).toEqual({
      principal_id: 'tester-1',
      denied: { status: 'frozen', retry_after_s: 300 },
    });
    expect(valueOf(await fixture.read.standing({ principal_id: 'tester-1' }))).toMatchObject({
      status: 'frozen',
      may_report: false,
      retry_after_s: 300,
    });
  });

  it('is disconnected again while the broker may use a cached permission, and not forever', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    await fixture.provisioning.runPass();
    fixture.clock.advance(5_000);
    await fixture.provisioning.runPass();
    await fixture.provisioning.runPass();
    expect(fixture.queues.closed).toHaveLength(3);
  });

  it('is disconnected later when the broker was unavailable', async () => {
    const fixture = await soloFixture();
    fixture.queues.isUnavailable = true;
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    expect([await fixture.mayConnect(), fixture.queues.closed]).toEqual([false, []]);
    fixture.queues.isUnavailable = false;
    await fixture.provisioning.runPass();
    expect(fixture.queues.closed).toEqual(['tester-1']);
  });

  // Mission: B6
  it('is refused for a violation as for a freeze', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'suspended', 'policy'));
    expect([await fixture.mayConnect(), fixture.queues.closed]).toEqual([false, ['tester-1']]);
    expect(codeOf(await fixture.authenticate.execute(fixture))).toBe('principal_suspended');
  });
});

describe('one hosted agent of several', () => {
  it('loses its own authority, not that of its runner, until all of them are frozen', async () => {
    const fixture = await hostedFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    expect([await fixture.mayConnect(), fixture.queues.closed]).toEqual([true, []]);
    expect(sanctions(fixture)).toMatchObject([
      { agent_id: 'tester-1', status: 'frozen', credential_epoch: 2 },
    ]);
    await fixture.follow.execute(decided('tester-2', 1, 'frozen'));
    expect([await fixture.mayConnect(), fixture.queues.closed]).toEqual([false, ['runner-1']]);
    valueOf(await fixture.lift.execute(lifting('tester-2')));
    expect(await fixture.mayConnect()).toBe(true);
  });

  it('causes its runner to be refused when the last working agent is retired', async () => {
    const fixture = await hostedFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    await fixture.retire.execute({ agent_id: 'tester-2', reason: 'Replaced.', actor: admin });
    expect([await fixture.mayConnect(), fixture.queues.closed]).toEqual([false, ['runner-1']]);
  });
});

describe('a sanction decision that is late, repeated or about an unknown agent', () => {
  it('changes nothing: a stale suspension does not override its end', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 3, 'none', 'recovery'));
    for (const stale of [decided('tester-1', 2, 'suspended'), decided('tester-1', 2, 'frozen')])
      await fixture.follow.execute({ ...stale, id: `again-${stale.payload.to}` });
    expect([await fixture.mayConnect(), sanctions(fixture)]).toEqual([true, []]);
  });

  it('changes nothing: a redelivered freeze does not undo its lift', async () => {
    const fixture = await soloFixture();
    const freeze = decided('tester-1', 1, 'frozen');
    await fixture.follow.execute(freeze);
    valueOf(await fixture.lift.execute(lifting()));
    await fixture.follow.execute(freeze);
    await fixture.follow.execute({ ...freeze, id: 'sent twice' });
    expect([await fixture.mayConnect(), sanctions(fixture).map(({ cause }) => cause)]).toEqual([
      true,
      ['silence', 'lifted'],
    ]);
  });

  it('changes nothing for an unknown agent', async () => {
    const fixture = registryFixture();
    await fixture.follow.execute(decided('unknown', 1, 'frozen'));
    expect(sanctions(fixture)).toEqual([]);
  });
});

describe('LiftFreeze', () => {
  it('gives everything back except work given before, and stores actor and reason', async () => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    const agent = valueOf(await fixture.lift.execute(lifting()));
    expect(agent.standing).toMatchObject({
      status: 'active',
      cause: null,
      changed_by: 'root',
      reason: 'It has more memory now.',
    });
    expect(await fixture.mayConnect()).toBe(true);
    expect(sanctions(fixture).at(-1)).toMatchObject({
      status: 'active',
      cause: 'lifted',
      credential_epoch: 2,
      changed_by: 'root',
      reason: 'It has more memory now.',
    });
    await fixture.provisioning.runPass();
    expect(fixture.queues.closed).toHaveLength(1);
  });

  it.each([
    [
      'a caller without role admin',
      { actor: { name: 'ada', roles: ['operator', 'approver'] } },
      'admin_required',
    ],
    ['an unknown agent', { agent_id: 'unknown' }, 'agent_not_found'],
    ['a reason of blanks', { reason: '              ' }, 'reason_too_short'],
    ['a reason that cannot be stored', { reason: 'because of \u0000 nothing' }, 'text_invalid'],
  ])('refuses %s', async (_who, change, code) => {
    const fixture = await soloFixture();
    await fixture.follow.execute(decided('tester-1', 1, 'frozen'));
    expect(codeOf(await fixture.lift.execute({ ...lifting(), ...change }))).toBe(code);
    expect(await fixture.mayConnect()).toBe(false);
  });

  it('refuses an agent that is not frozen, also the second time', async () => {
    const fixture = await soloFixture();
    expect(codeOf(await fixture.lift.execute(lifting()))).toBe('agent_not_frozen');
    await fixture.follow.execute(decided('tester-1', 1, 'suspended'));
    expect(codeOf(await fixture.lift.execute(lifting()))).toBe('agent_not_frozen');
    await fixture.follow.execute(decided('tester-1', 2, 'frozen'));
    expect(codeOf(await fixture.lift.execute(lifting()))).toBe('ok');
    expect(codeOf(await fixture.lift.execute(lifting()))).toBe('agent_not_frozen');
  });
});
