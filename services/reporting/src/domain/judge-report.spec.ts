import { newAgent, reported } from './agent-state';
import { judgeReport, type ReportEvidence } from './judge-report';

const registered = newAgent({ agentId: 'a-1', agentType: 'TESTING', principalId: 'runner-1', partition: 1 });
const agent = reported(registered, { session: 3, seq: 10, taskCount: 0 }, 0);

const good: ReportEvidence = {
  principalId: 'runner-1',
  agent,
  isRetired: false,
  issuedSession: 4,
  session: 3,
  seq: 11,
};

describe('judgeReport', () => {
  it.each<[string, Partial<ReportEvidence>, string]>([
    ['the next report of its session', {}, 'accepted'],
    ['a gap in the numbers', { seq: 99 }, 'accepted'],
    ['the first report of a newer session', { session: 4, seq: 1 }, 'accepted'],
    ['a duplicate', { seq: 10 }, 'duplicate'],
    ['a report overtaken by a newer one', { seq: 9 }, 'duplicate'],
    ['an older session after a newer one was used', { session: 2, seq: 99 }, 'violation session_superseded'],
    ['no validated identity', { principalId: undefined }, 'violation identity_missing'],
    ['another principal', { principalId: 'runner-2' }, 'violation not_owner'],
    [
      'another principal with an older session',
      { principalId: 'runner-2', session: 1 },
      'violation not_owner',
    ],
    ['an unknown agent', { agent: undefined }, 'ahead agent_unknown'],
    ['an unknown session', { session: 5 }, 'ahead session_unknown'],
    ['a retired agent', { isRetired: true, agent: undefined }, 'retired'],
    ['an older session for an agent without reports', { agent: registered, session: 2, seq: 1 }, 'accepted'],
  ])('judges %s', (_title, difference, expected) => {
    const judgement = judgeReport({ ...good, ...difference });
    expect('code' in judgement ? `${judgement.kind} ${judgement.code}` : judgement.kind).toBe(expected);
  });
});
