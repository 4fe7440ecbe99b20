import { newPrincipal, retirePrincipal } from './principal';
import { derivePrincipalStatus, sanctionOf } from './principal-status';

const now = new Date('2026-01-01T00:00:00Z');
const until = new Date('2026-01-01T00:00:05Z');
const principal = newPrincipal({
  principalId: 'runner-1',
  partitions: 64,
  servesOneAgent: false,
  enrolledBy: 'root',
  now,
});

const active = { status: 'active', cause: null } as const;
const silent = { status: 'suspended', cause: 'silence' } as const;
const violating = { status: 'suspended', cause: 'violation' } as const;
const frozen = { status: 'frozen', cause: 'silence' } as const;

describe('a principal and its agents', () => {
  it.each([
    ['has nothing to follow without agents', [], undefined],
    ['works while one of them may', [frozen, active, silent], active],
    ['may report while one of them may come back by it', [frozen, silent, violating], silent],
    ['is refused when all of them are frozen', [frozen, frozen], frozen],
    ['is refused when none of them may come in', [violating, frozen], frozen],
    ['is refused for their violation', [violating], violating],
  ])('%s', (_title, agents, expected) => {
    expect(sanctionOf(agents)).toEqual(expected);
  });

  it('a refusal raises the epoch and closes connections, once; its end stops the closing', () => {
    const denied = derivePrincipalStatus(principal, [frozen], until);
    expect(denied).toMatchObject({ status: 'frozen', credentialEpoch: 2, closeUntil: until });
    const later = new Date('2026-01-02T00:00:00Z');
    expect(derivePrincipalStatus(denied, [violating], later)).toMatchObject({
      credentialEpoch: 2,
      closeUntil: until,
    });
    expect(derivePrincipalStatus(denied, [active], later)).toMatchObject({
      status: 'active',
      credentialEpoch: 2,
      closeUntil: null,
    });
  });

  it('silence closes no connection: it is by this one that reports come back', () => {
    expect(derivePrincipalStatus(principal, [silent], until)).toMatchObject({
      status: 'suspended',
      credentialEpoch: 1,
      closeUntil: null,
    });
  });

  it('nothing changes when its agents do not, and a retired one stays out', () => {
    expect(derivePrincipalStatus(principal, [active, frozen], until)).toBe(principal);
    const retired = retirePrincipal(principal, until);
    expect(derivePrincipalStatus(retired, [active], until)).toBe(retired);
  });
});
