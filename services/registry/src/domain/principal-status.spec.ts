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

describe('the status of a principal by its agents', () => {
  it.each([
    ['undefined without agents', [], undefined],
    ['active while one of them is active', [frozen, active, silent], active],
    ['suspended while reports can reinstate one of them', [frozen, silent, violating], silent],
    ['frozen when all of them are frozen', [frozen, frozen], frozen],
    ['suspended for a violation when none of them may connect', [violating, frozen], frozen],
    ['suspended for their violation', [violating], violating],
  ])('is %s', (_title, agents, expected) => {
    expect(sanctionOf(agents)).toEqual(expected);
  });

  it('raises the epoch and closes connections once when it is refused, and stops closing when that ends', () => {
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

  it('closes no connection for missed reports: reports come back over that connection', () => {
    expect(derivePrincipalStatus(principal, [silent], until)).toMatchObject({
      status: 'suspended',
      credentialEpoch: 1,
      closeUntil: null,
    });
  });

  it('does not change when its agents do not, or when it is retired', () => {
    expect(derivePrincipalStatus(principal, [active, frozen], until)).toBe(principal);
    const retired = retirePrincipal(principal, until);
    expect(derivePrincipalStatus(retired, [active], until)).toBe(retired);
  });
});
