import fc from 'fast-check';
import { newAgent, type AgentState } from './agent-state';
import { assess, massOutagePolicy, type GroupSuppression } from './group-suppression';
import { Groups } from './groups';

const policy = { ...massOutagePolicy, maxSuppressionMs: 1_000 };
const counts = (silent: number, members = 20) => ({ members, silent });

describe('the suppression of a group', () => {
  const free: GroupSuppression = { kind: 'free', since: 5 };
  const held: GroupSuppression = { kind: 'held', since: 100 };
  const givenUp: GroupSuppression = { kind: 'given_up', since: 1_100 };

  it.each<[string, GroupSuppression | undefined, number, number, number, GroupSuppression | undefined]>([
    ['none is silent', undefined, 0, 20, 200, undefined],
    ['one is', undefined, 1, 20, 200, undefined],
    ['half of them are silent', undefined, 10, 20, 200, undefined],
    ['55 % are', undefined, 11, 20, 200, { kind: 'held', since: 200 }],
    ['all of a small group are silent', undefined, 9, 9, 200, undefined],
    ['all of ten are silent', undefined, 10, 10, 200, { kind: 'held', since: 200 }],
    ['the only member is silent', undefined, 1, 1, 200, undefined],
    ['too few report again', held, 9, 20, 200, held],
    ['enough report again', held, 8, 20, 200, { kind: 'free', since: 200 }],
    ['none reports again', held, 20, 20, 1_099, held],
    ['none reports again for too long', held, 20, 20, 1_100, { kind: 'given_up', since: 1_100 }],
    ['the outage goes on after it was given up', givenUp, 20, 20, 9_000, givenUp],
    ['the outage is over after it was given up', givenUp, 2, 20, 9_000, { kind: 'free', since: 1_100 }],
    ['another outage begins', free, 20, 20, 9_000, { kind: 'held', since: 9_000 }],
    ['no other outage begins', free, 2, 20, 9_000, free],
  ])('is assessed when %s', (_title, hold, silent, members, now, expected) => {
    expect(assess(hold, counts(silent, members), policy, now)).toEqual(expected);
  });

  it('lasts no longer than the policy allows, whatever its agents do', () => {
    const checks = fc.array(fc.record({ silent: fc.nat(20), after: fc.nat(400) }), { maxLength: 100 });
    fc.assert(
      fc.property(checks, (script) => {
        let hold: GroupSuppression | undefined;
        let now = 0;
        for (const { silent, after } of script) {
          now += after;
          hold = assess(hold, counts(silent), policy, now);
          if (hold?.kind === 'held') expect(now - hold.since).toBeLessThan(policy.maxSuppressionMs);
        }
      }),
    );
  });
});

describe('Groups', () => {
  const stateOf = (index: number, fields: Partial<AgentState>): AgentState => ({
    ...newAgent({
      agentId: `agent-${index}`,
      agentType: index % 2 === 0 ? 'TESTING' : 'CODING',
      principalId: `runner-${index % 3}`,
      partition: 0,
    }),
    ...fields,
  });

  it('count the agents of which reports are expected under any sequence of changes', () => {
    const step = fc.record({
      index: fc.nat(11),
      isGone: fc.boolean(),
      liveness: fc.constantFrom<AgentState['liveness']>('online', 'late', 'offline'),
      enforcement: fc.constantFrom<AgentState['enforcement']>('none', 'warned', 'suspended', 'frozen'),
      lastReportAt: fc.constantFrom(null, 5),
      firstSessionAt: fc.constantFrom(null, 3),
      version: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const groups = new Groups();
        const fleet = new Map<number, AgentState>();
        for (const { index, isGone, ...fields } of steps) {
          const next = isGone ? undefined : stateOf(index, fields);
          groups.changed(fleet.get(index), next);
          if (next) fleet.set(index, next);
          else fleet.delete(index);
        }
        const expected = (isIn: (state: AgentState) => boolean) => {
          const members = [...fleet.values()].filter(
            (state) =>
              isIn(state) &&
              (state.lastReportAt !== null || (state.firstSessionAt !== null && state.version > 0)) &&
              state.enforcement !== 'frozen',
          );
          const silent = members.filter(({ liveness }) => liveness !== 'online');
          return { members: members.length, silent: silent.length };
        };
        expect(groups.of('fleet')).toEqual(expected(() => true));
        expect(groups.of('type:TESTING')).toEqual(expected(({ agentType }) => agentType === 'TESTING'));
        expect(groups.of('principal:runner-1')).toEqual(
          expected(({ principalId }) => principalId === 'runner-1'),
        );
      }),
    );
  });
});
