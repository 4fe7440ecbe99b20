import type { Escalation, Finding } from '@ymera/contracts';
import { type Approval, decide, expire, voided } from './approval';

const now = new Date('2026-01-01T00:00:00Z');
const pending: Approval = {
  approvalId: 'a',
  gateId: 'g',
  requestId: 'r',
  workflowId: 'w',
  kind: 'plan_approval',
  subjectDigest: 'sha256:1',
  requestedBy: 'ada',
  landing: null,
  escalation: null,
  option: null,
  expiresAt: new Date('2026-01-01T01:00:00Z'),
  state: 'pending',
  decidedBy: null,
  reason: null,
  decidedAt: null,
  version: 1,
};
const grace = { name: 'grace', roles: ['approver'] };
const approve = { decision: 'approved', subjectDigest: 'sha256:1', by: grace } as const;

// Mission: C4
describe('decide', () => {
  it('closes a pending approval for an approver who did not ask for the work', () => {
    const decided = decide(pending, approve, now);
    expect(decided).toMatchObject({
      ok: true,
      value: { isNew: true, approval: { state: 'approved', decidedBy: 'grace', version: 2 } },
    });
  });

  it.each([
    [
      'the requester',
      { ...approve, by: { name: 'ada', roles: ['approver'] } },
      pending,
      now,
      'self_approval',
    ],
    [
      'a person without the role',
      { ...approve, by: { name: 'bob', roles: ['admin', 'operator'] } },
      pending,
      now,
      'not_an_approver',
    ],
    [
      'a decision about another digest',
      { ...approve, subjectDigest: 'sha256:2' },
      pending,
      now,
      'subject_changed',
    ],
    ['a decision after expiry', approve, pending, new Date('2026-01-01T01:00:00Z'), 'approval_closed'],
    ['a decision about a voided gate', approve, voided(pending, now), now, 'approval_closed'],
    ['a decision after it was denied by time', approve, expire(pending, now), now, 'approval_closed'],
  ])('refuses %s', (_, decision, approval, at, code) => {
    expect(decide(approval, decision, at)).toMatchObject({ ok: false, error: { code } });
  });

  it('answers a repeated decision alike and rejects the opposite one', () => {
    const first = decide(pending, approve, now);
    if (!first.ok) throw new Error('unexpected');
    expect(decide(first.value.approval, approve, now)).toMatchObject({ ok: true, value: { isNew: false } });
    expect(decide(first.value.approval, { ...approve, decision: 'denied' }, now)).toMatchObject({
      error: { code: 'approval_closed' },
    });
  });

  it('denies an approval that expires', () => {
    expect(expire(pending, now)).toMatchObject({
      state: 'denied',
      option: null,
      decidedBy: 'policy:expired',
    });
  });

  it('accepts a decision without an option and rejects one with an option', () => {
    const { decision: _, ...undecided } = approve;
    expect(decide(pending, undecided, now)).toMatchObject({ error: { code: 'decision_missing' } });
    expect(decide(pending, { ...approve, option: 'retry' }, now)).toMatchObject({
      error: { code: 'option_unexpected' },
    });
  });
});

describe('decide on an escalation', () => {
  const escalated: Approval = {
    ...pending,
    kind: 'escalation',
    escalation: {
      step_id: 'validate',
      escalation: 1,
      rounds: 2,
      error: { code: 'verdict_rejected', message: 'Too slow.', retryable: false },
      findings: [],
    },
  };
  const choose = { option: 'retry', subjectDigest: 'sha256:1', by: grace, reason: 'Use a Set.' } as const;

  it.each([
    ['retry', 'approved'],
    ['take_over', 'approved'],
    ['abandon', 'denied'],
  ] as const)('accepts %s, keeps its note and answers a repetition alike', (option, state) => {
    const first = decide(escalated, { ...choose, option }, now);
    if (!first.ok) throw new Error(first.error.code);
    expect(first.value).toMatchObject({ isNew: true, approval: { state, option, reason: 'Use a Set.' } });
    expect(decide(first.value.approval, { ...choose, option }, now)).toMatchObject({
      value: { isNew: false },
    });
  });

  it.each([
    ['the requester', { by: { name: 'ada', roles: ['approver'] } }, 'self_approval'],
    ['a person without the role', { by: { name: 'bob', roles: ['admin'] } }, 'not_an_approver'],
    ['a yes without an option', { option: undefined, decision: 'approved' as const }, 'option_missing'],
    [
      'an option that contradicts the decision',
      { option: 'abandon', decision: 'approved' } as const,
      'option_unexpected',
    ],
    ['a decision about an older subject', { subjectDigest: 'sha256:2' }, 'subject_changed'],
  ])('rejects %s', (_, over, code) => {
    expect(decide(escalated, { ...choose, ...over }, now)).toMatchObject({ error: { code } });
  });

  it('rejects a second option and any decision after the gate is void', () => {
    const first = decide(escalated, choose, now);
    if (!first.ok) throw new Error(first.error.code);
    for (const closed of [first.value.approval, voided(escalated, now), expire(escalated, now)])
      expect(decide(closed, { ...choose, option: 'take_over' }, now)).toMatchObject({
        error: { code: 'approval_closed' },
      });
  });

  it('abandons an escalation that expires', () => {
    expect(expire(escalated, now)).toMatchObject({ state: 'denied', option: 'abandon' });
  });
});

describe('decide to accept the findings of an escalation', () => {
  const judgement: Finding = {
    code: 'speedup_too_small',
    severity: 'high',
    message: 'Sped up 1.10 times.',
    file: 'src/unique.js',
    waivable: true,
  };
  const critical: Finding = { ...judgement, code: 'secret', severity: 'critical', line: 3 };
  const oid = 'c'.repeat(40);
  const escalation = (over: Partial<Escalation> = {}): Escalation => ({
    step_id: 'validate',
    escalation: 1,
    rounds: 2,
    error: { code: 'verdict_rejected', message: 'Too slow.', retryable: false },
    findings: [judgement],
    change: { change_id: 'x', base: oid, commit: oid, tree: oid },
    ...over,
  });
  const escalated = (over: Partial<Escalation> = {}): Approval => ({
    ...pending,
    kind: 'escalation',
    escalation: escalation(over),
  });
  const accept = {
    option: 'accept',
    subjectDigest: 'sha256:1',
    by: grace,
    reason: 'It is within the noise.',
  } as const;

  it('accepts the findings and keeps the reason', () => {
    const first = decide(escalated(), accept, now);
    expect(first).toMatchObject({
      value: {
        isNew: true,
        approval: { state: 'approved', option: 'accept', decidedBy: 'grace', reason: accept.reason },
      },
    });
    if (!first.ok) throw new Error(first.error.code);
    expect(decide(first.value.approval, accept, now)).toMatchObject({ value: { isNew: false } });
  });

  it.each<[string, object, Approval, string]>([
    ['the requester', { by: { name: 'ada', roles: ['approver'] } }, escalated(), 'self_approval'],
    ['a person without the role', { by: { name: 'bob', roles: ['admin'] } }, escalated(), 'not_an_approver'],
    ['a decision without a reason', { reason: undefined }, escalated(), 'reason_missing'],
    ['a decision with a reason that is too short', { reason: '   fine     ' }, escalated(), 'reason_missing'],
    ['a denial', { decision: 'denied' }, escalated(), 'option_unexpected'],
    ['a stale decision', { subjectDigest: 'sha256:2' }, escalated(), 'subject_changed'],
    ['the option on the approval of a plan', {}, pending, 'option_unexpected'],
  ])('rejects %s', (_, over, approval, code) => {
    expect(decide(approval, { ...accept, ...over }, now)).toMatchObject({ error: { code } });
  });

  it.each<[string, Partial<Escalation>, RegExp]>([
    [
      'a critical finding',
      { findings: [judgement, critical] },
      /Critical.* Found: secret \(src\/unique.js:3\)\./,
    ],
    [
      'a finding that is a fact',
      { findings: [judgement, { code: 'tests_missing', severity: 'high', message: 'No tests.' }] },
      /facts.* Found: tests_missing\./,
    ],
    [
      'failed tests',
      { error: { code: 'tests_failed', message: '1 of 4 failed.', retryable: false } },
      /failed tests cannot/,
    ],
    ['no change', { change: undefined }, /examination/],
    ['nothing to accept', { findings: [] }, /no finding/],
  ])('rejects acceptance of %s and names it', (_, over, message) => {
    const { change, ...rest } = { ...escalation(), ...over };
    const approval = { ...escalated(), escalation: { ...rest, ...(change && { change }) } };
    expect(decide(approval, accept, now)).toMatchObject({
      error: {
        code: 'finding_not_waivable',
        message: expect.stringMatching(message),
        suggestion: expect.stringContaining('retry'),
      },
    });
  });
});
