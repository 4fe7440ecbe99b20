import fc from 'fast-check';
import { newAgent, retireAgent, type Agent } from './agent';
import { applySanctionDecision, isLiftable, liftSanction } from './sanction-status';

type Decision = Parameters<typeof applySanctionDecision>[1];

const at = new Date('2026-01-01T00:00:00Z');
const agent = newAgent({
  agentId: 'tester-1',
  principalId: 'runner-1',
  agentType: 'TESTING',
  capabilities: ['x'],
  config: {},
  createdAt: at,
});

const decision = (version: number, to: Decision['to'], cause: Decision['cause'] = 'silence'): Decision => ({
  to,
  cause,
  reason: `decision ${version}`,
  decidedAt: at,
  version,
});

const after = (...decisions: readonly Decision[]): Agent =>
  decisions.reduce((before, next) => applySanctionDecision(before, next).agent, agent);

const facts = ({ standing, credentialEpoch }: Agent) => [standing.status, standing.cause, credentialEpoch];

describe('the sanction status of an agent', () => {
  it.each<[string, readonly Decision[], readonly unknown[]]>([
    ['a warning removes no authority', [decision(1, 'warned')], ['active', null, 1]],
    ['a suspension raises the epoch', [decision(1, 'suspended')], ['suspended', 'silence', 2]],
    ['a freeze raises it again', [decision(1, 'suspended'), decision(2, 'frozen')], ['frozen', 'silence', 3]],
    [
      'good reports end a suspension for silence, and the epoch stays',
      [decision(1, 'suspended'), decision(2, 'none', 'recovery')],
      ['active', null, 2],
    ],
    [
      'good reports do not end a suspension for a violation',
      [decision(1, 'suspended', 'policy'), decision(2, 'none', 'recovery')],
      ['suspended', 'violation', 2],
    ],
    [
      'good reports do not end a freeze',
      [decision(1, 'frozen'), decision(2, 'none', 'recovery')],
      ['frozen', 'silence', 2],
    ],
    [
      'a violation overrides missed reports',
      [decision(1, 'suspended'), decision(2, 'suspended', 'policy')],
      ['suspended', 'violation', 3],
    ],
    [
      'missed reports do not override a violation',
      [decision(1, 'suspended', 'policy'), decision(2, 'suspended')],
      ['suspended', 'violation', 2],
    ],
    [
      'a suspension does not override a freeze',
      [decision(1, 'frozen'), decision(2, 'suspended', 'policy')],
      ['frozen', 'silence', 2],
    ],
    [
      'a repeated decision counts once',
      [decision(1, 'suspended'), decision(1, 'suspended')],
      ['suspended', 'silence', 2],
    ],
    [
      'an old suspension that arrives after its end has no effect',
      [decision(2, 'none', 'recovery'), decision(1, 'suspended')],
      ['active', null, 1],
    ],
    [
      'an old suspension that arrives after the freeze has no effect',
      [decision(2, 'frozen'), decision(1, 'suspended')],
      ['frozen', 'silence', 2],
    ],
  ])('is correct: %s', (_title, decisions, expected) => {
    expect(facts(after(...decisions))).toEqual(expected);
  });

  it('stays active after a lift when old decisions are redelivered, and can be suspended again', () => {
    const lifted = liftSanction(after(decision(5, 'frozen')), 'root', 'It has more memory now.', at);
    expect(lifted).toMatchObject({
      cause: 'lifted',
      agent: { standing: { status: 'active', changedBy: 'root' } },
    });
    for (const stale of [decision(4, 'suspended'), decision(5, 'frozen')])
      expect(applySanctionDecision(lifted.agent, stale)).toEqual({ agent: lifted.agent });
    const known = applySanctionDecision(lifted.agent, decision(6, 'none', 'lifted'));
    expect(known).toEqual({ agent: { ...lifted.agent, enforcementVersion: 6 } });
    expect(facts(applySanctionDecision(known.agent, decision(7, 'suspended')).agent)).toEqual([
      'suspended',
      'silence',
      3,
    ]);
  });

  it('is lifted by hand only where good reports do not end it', () => {
    expect(isLiftable(after(decision(1, 'frozen')))).toBe(true);
    expect(isLiftable(after(decision(1, 'suspended', 'policy')))).toBe(true);
    expect(isLiftable(after(decision(1, 'suspended')))).toBe(false);
    expect(isLiftable(agent)).toBe(false);
    expect(isLiftable(retireAgent(after(decision(1, 'frozen')), 'root', 'Done.', at))).toBe(false);
  });

  it('does not change once the agent is retired', () => {
    const retired = retireAgent(agent, 'root', 'Done.', at);
    expect(applySanctionDecision(retired, decision(1, 'frozen')).change).toBeUndefined();
  });

  it('follows the newest decision in any order, never lowers the epoch, and raises it with every sanction', () => {
    const anyDecision = fc.record({
      to: fc.constantFrom<Decision['to']>('none', 'warned', 'suspended', 'frozen'),
      cause: fc.constantFrom<Decision['cause']>('silence', 'recovery', 'policy'),
    });
    fc.assert(
      fc.property(fc.array(anyDecision, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (line, order) => {
        const decisions = line.map(({ to, cause }, index) => decision(index + 1, to, cause));
        const shuffled = decisions
          .map((one) => ({ one, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        let current = agent;
        for (const next of [...shuffled, ...shuffled]) {
          const { agent: moved, change } = applySanctionDecision(current, next);
          expect(moved.credentialEpoch).toBeGreaterThanOrEqual(current.credentialEpoch);
          if (change && moved.standing.status !== 'active')
            expect(moved.credentialEpoch).toBe(current.credentialEpoch + 1);
          if (next.version <= current.enforcementVersion) expect(moved).toBe(current);
          current = moved;
        }
        expect(current.enforcementVersion).toBe(decisions.length);
      }),
    );
  });
});
