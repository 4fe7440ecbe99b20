import { principalId } from '@ymera/contracts';
import { codeOf, registryFixture, valueOf } from '../testing/in-memory-registry-fixture';

const probe = (serial: number): string => `_canary-${serial.toString(16).padStart(32, '0')}`;

describe('AuthenticationProbes', () => {
  it('refuses a probe and records it, without counting a failure', async () => {
    const fixture = registryFixture();
    for (let times = 0; times < 20; times += 1)
      expect(await fixture.broker.mayConnect(probe(1), 'x')).toBe(false);
    expect(valueOf(await fixture.probes.recall({ name: probe(1) }))).toEqual({
      asked_at: '2026-01-01T00:00:00.000Z',
    });
    expect(valueOf(await fixture.probes.recall({ name: probe(2) }))).toEqual({ asked_at: null });
    expect(fixture.metrics.failures).toEqual([]);
    expect(fixture.events()).toEqual([]);
  });

  it('refuses a probe with the credential of a principal as well', async () => {
    const fixture = registryFixture();
    const { credential } = await fixture.enrolled('runner-1');
    expect(await fixture.broker.mayConnect(probe(1), credential)).toBe(false);
    expect(await fixture.broker.mayConnect('runner-1', credential)).toBe(true);
  });

  it('costs no database query, but recalls nothing while the database does not answer', async () => {
    const fixture = registryFixture();
    fixture.registry.isUnavailable = true;
    expect(await fixture.broker.mayConnect(probe(1), 'x')).toBe(false);
    expect(codeOf(await fixture.probes.recall({ name: probe(1) }))).toBe('database_unavailable');
    fixture.registry.isUnavailable = false;
    expect(valueOf(await fixture.probes.recall({ name: probe(1) })).asked_at).not.toBeNull();
  });

  it('forgets a probe when very many others came after it', async () => {
    const fixture = registryFixture();
    for (let serial = 1; serial <= 10_001; serial += 1) await fixture.broker.mayConnect(probe(serial), 'x');
    expect(valueOf(await fixture.probes.recall({ name: probe(1) }))).toEqual({ asked_at: null });
    expect(valueOf(await fixture.probes.recall({ name: probe(2) })).asked_at).not.toBeNull();
  });

  it('ignores a name that only resembles a probe, which is a failure like any other', async () => {
    expect(principalId.safeParse(probe(1)).success).toBe(false);
    const fixture = registryFixture();
    for (const name of [`${probe(1)}0`, 'canary-1', '_canary-x']) await fixture.broker.mayConnect(name, 'x');
    expect(fixture.metrics.failures).toHaveLength(3);
  });
});
