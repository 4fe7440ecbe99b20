import { roles, type Access, type Role } from '@ymera/contracts';
import fc from 'fast-check';
import { admit, anonymous, type Caller, needOf } from './caller';
import { credentialOf } from './credential';
import { decideRepeat } from './idempotency';
import { isEnd, timelineFact } from './timeline';

describe('admit', () => {
  const operator = (...granted: Role[]): Caller => ({ kind: 'operator', name: 'ada', roles: granted });
  const callers: Caller[] = [
    anonymous,
    ...roles.map((role) => operator(role)),
    { kind: 'principal', principalId: 'runner-1' },
    { kind: 'enrolment', token: 'yme_1_x' },
  ];

  it('admits no caller to a route without declared access', () => {
    for (const caller of callers)
      for (const declared of [undefined, []]) expect(admit(declared, caller)).not.toBe('admitted');
  });

  it('admits every caller to a public route', () => {
    for (const caller of callers) expect(admit(['public'], caller)).toBe('admitted');
  });

  it('asks an anonymous caller to authenticate and rejects a known caller of another kind', () => {
    expect(admit(['principal'], anonymous)).toBe('unauthenticated');
    expect(admit(['principal'], operator('admin'))).toBe('forbidden');
    expect(admit(['enrolment'], { kind: 'principal', principalId: 'runner-1' })).toBe('forbidden');
  });

  it('requires one of exactly the declared roles: an admin is no approver', () => {
    const access: Access[] = [{ roles: ['approver'] }];
    expect(admit(access, operator('admin', 'operator', 'viewer'))).toBe('forbidden');
    expect(admit(access, operator('viewer', 'approver'))).toBe('admitted');
    expect(admit(access, operator())).toBe('forbidden');
  });
});

describe('needOf', () => {
  const ada: Caller = { kind: 'operator', name: 'ada', roles: ['admin', 'viewer'] };
  it.each<[Access[] | undefined, Caller, string]>([
    [[{ roles: ['approver'] }], ada, 'Requires role approver; your credential has admin and viewer.'],
    [
      [{ roles: ['operator', 'admin'] }, 'principal'],
      { kind: 'enrolment', token: 'yme_1_x' },
      'Requires role operator or admin or a principal credential; your credential is an enrolment token.',
    ],
    [['enrolment'], ada, 'Requires an enrolment token; your credential has admin and viewer.'],
    [
      [{ roles: ['viewer'] }],
      { kind: 'principal', principalId: 'runner-1' },
      'Requires role viewer; your credential is a principal credential.',
    ],
    [
      // Named once each, however many entries declare them.
      [{ roles: ['viewer', 'operator'] }, { roles: ['operator', 'approver'] }],
      { kind: 'operator', name: 'bob', roles: [] },
      'Requires role viewer, operator or approver; your credential has no role.',
    ],
    [['any_principal'], anonymous, 'Requires a principal credential; no credential was sent.'],
    [undefined, ada, 'No role may call this operation.'],
  ])(
    'names the access that is required and the one that is present: %j for %j',
    (declared, caller, words) => {
      expect(needOf(declared, caller)).toBe(words);
    },
  );
});

describe('credentialOf', () => {
  it.each([
    ['Bearer ymo_1a_secret', 'operator'],
    ['bearer  ymk_1a_secret-_A', 'principal'],
    ['Bearer yme_1a_secret', 'enrolment'],
  ])('recognises %s', (header, kind) => {
    expect(credentialOf(header)).toMatchObject({ kind });
  });

  it.each([
    '',
    'Bearer ',
    'ymo_1a_secret',
    'Basic ymo_1a_secret',
    'Bearer ymx_1_a',
    'Bearer ymo_1 a',
    `Bearer ymo_${'a'.repeat(300)}`,
  ])('recognises no token in %p', (header) => {
    expect(credentialOf(header)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (header) => credentialOf(header) === undefined || true));
  });
});

describe('decideRepeat', () => {
  const now = new Date(1000);
  const answer = Buffer.from('sealed');

  it('rejects another request under the same key, answered or not', () => {
    for (const record of [
      { state: 'done', requestDigest: 'a', answer } as const,
      { state: 'in_flight', requestDigest: 'a', leaseUntil: new Date(2000) } as const,
    ])
      expect(decideRepeat(record, 'b', now)).toEqual({ kind: 'reused' });
  });

  it('replays, waits, or takes over', () => {
    expect(decideRepeat({ state: 'done', requestDigest: 'a', answer }, 'a', now)).toEqual({
      kind: 'replay',
      answer,
    });
    const inFlight = (leaseUntil: Date) =>
      decideRepeat({ state: 'in_flight', requestDigest: 'a', leaseUntil }, 'a', now);
    expect(inFlight(new Date(1001))).toEqual({ kind: 'wait' });
    expect(inFlight(now)).toEqual({ kind: 'take_over' });
  });
});

describe('timelineFact', () => {
  const event = { id: 'e', type: 'coordinator.request.ended.v1', time: new Date(0) };

  it('assigns an event to the request that it names', () => {
    const fact = timelineFact({ ...event, payload: { request_id: 'r', state: 'completed' } });
    expect(fact).toMatchObject({ requestId: 'r', eventId: 'e', data: { state: 'completed' } });
    expect(fact && isEnd(fact)).toBe(true);
  });

  it.each([[{ agent_id: 'a' }], [null], ['text'], [{ request_id: 7 }]])(
    'is undefined for the payload %p',
    (payload) => {
      expect(timelineFact({ ...event, payload })).toBeUndefined();
    },
  );
});
