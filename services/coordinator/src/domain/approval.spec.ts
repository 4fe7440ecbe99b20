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
  expiresAt: new Date('2026-01-01T01:00:00Z'),
  state: 'pending',
  decidedBy: null,
  reason: null,
  decidedAt: null,
  version: 1,
};
const grace = { name: 'grace', roles: ['approver'] };
const approve = { decision: 'approved', subjectDigest: 'sha256:1', by: grace } as const;

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
      'somebody without the role',
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

  it('answers the same decision again alike, and refuses to turn it round', () => {
    const first = decide(pending, approve, now);
    if (!first.ok) throw new Error('unexpected');
    expect(decide(first.value.approval, approve, now)).toMatchObject({ ok: true, value: { isNew: false } });
    expect(decide(first.value.approval, { ...approve, decision: 'denied' }, now)).toMatchObject({
      error: { code: 'approval_closed' },
    });
  });

  it('times out to denied', () => {
    expect(expire(pending, now)).toMatchObject({ state: 'denied', decidedBy: 'policy:expired' });
  });
});
