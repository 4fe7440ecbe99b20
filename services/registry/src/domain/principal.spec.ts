import { agentId } from '@ymera/contracts';
import fc from 'fast-check';
import {
  isUsablePrincipalName,
  newPrincipal,
  openSession,
  partitionFor,
  principalNameFor,
  retirePrincipal,
} from './principal';

const now = new Date('2026-01-01T00:00:00Z');
const principal = newPrincipal({
  principalId: 'runner-1',
  partitions: 64,
  servesOneAgent: false,
  enrolledBy: 'root',
  now,
});

const anyAgentId = fc.stringMatching(/^[A-Za-z0-9-][A-Za-z0-9_-]{2,254}$/);

describe('names of principals', () => {
  it('are refused when they are reserved for services or exceed the broker’s 255 bytes', () => {
    expect(isUsablePrincipalName('runner-1')).toBe(true);
    expect(isUsablePrincipalName('svc-registry')).toBe(false);
    expect(isUsablePrincipalName('x'.repeat(243))).toBe(true);
    expect(isUsablePrincipalName('x'.repeat(244))).toBe(false);
    expect(isUsablePrincipalName('a.b')).toBe(false);
  });

  it('equal the agent’s name where that is possible, and are always usable and distinct', () => {
    expect(principalNameFor('tester-1')).toBe('tester-1');
    expect(principalNameFor('svc-registry')).toMatch(/^agent-svc-registry-[0-9a-f]{12}$/);
    fc.assert(
      fc.property(anyAgentId, anyAgentId, (one, other) => {
        expect(agentId.safeParse(one).success).toBe(true);
        expect(isUsablePrincipalName(principalNameFor(one))).toBe(true);
        expect(principalNameFor(one) === principalNameFor(other)).toBe(one === other);
      }),
    );
    const twins = ['a', 'b'].map((end) => principalNameFor('x'.repeat(250) + end));
    expect(twins[0]).not.toBe(twins[1]);
  });
});

describe('report partitions of principals', () => {
  it('are within bounds, stable, and evenly spread', () => {
    const counts = new Array<number>(64).fill(0);
    for (let index = 0; index < 6400; index += 1) {
      const partition = partitionFor(`runner-${index}`, 64);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
    expect(partitionFor('runner-1', 64)).toBe(partitionFor('runner-1', 64));
    expect(partitionFor('runner-1', 1)).toBe(0);
  });
});

describe('a principal', () => {
  it('gets a higher session with each hello', () => {
    const first = openSession(principal, 'hello-1');
    const second = openSession(first, 'hello-2');
    expect([first.session, second.session]).toEqual([1, 2]);
    expect(second.version).toBe(principal.version + 2);
  });

  it('loses its credential epoch and is to be removed from the broker when it is retired', () => {
    const until = new Date(now.getTime() + 5000);
    expect(retirePrincipal(principal, until)).toMatchObject({
      status: 'retired',
      credentialEpoch: principal.credentialEpoch + 1,
      provisioning: 'remove_pending',
      removalUntil: until,
    });
  });
});
