import { principalId } from '@ymera/contracts';
import { codeOf, registryWorld, valueOf } from '../testing/registry-world';

const canary = (serial: number): string => `_canary-${serial.toString(16).padStart(32, '0')}`;

describe('a canary', () => {
  it('is refused, remembered, and no failed try of anybody', async () => {
    const world = registryWorld();
    for (let times = 0; times < 20; times += 1)
      expect(await world.broker.mayConnect(canary(1), 'x')).toBe(false);
    expect(valueOf(await world.canaries.recall({ name: canary(1) }))).toEqual({
      asked_at: '2026-01-01T00:00:00.000Z',
    });
    expect(valueOf(await world.canaries.recall({ name: canary(2) }))).toEqual({ asked_at: null });
    expect(world.metrics.failures).toEqual([]);
    expect(world.events()).toEqual([]);
  });

  it('is refused with the credential of a principal as well', async () => {
    const world = registryWorld();
    const { credential } = await world.enrolled('runner-1');
    expect(await world.broker.mayConnect(canary(1), credential)).toBe(false);
    expect(await world.broker.mayConnect('runner-1', credential)).toBe(true);
  });

  it('costs no question to the database, but nothing is recalled while that does not answer', async () => {
    const world = registryWorld();
    world.registry.isAway = true;
    expect(await world.broker.mayConnect(canary(1), 'x')).toBe(false);
    expect(codeOf(await world.canaries.recall({ name: canary(1) }))).toBe('database_unavailable');
    world.registry.isAway = false;
    expect(valueOf(await world.canaries.recall({ name: canary(1) })).asked_at).not.toBeNull();
  });

  it('is forgotten when very many others came after it', async () => {
    const world = registryWorld();
    for (let serial = 1; serial <= 10_001; serial += 1) await world.broker.mayConnect(canary(serial), 'x');
    expect(valueOf(await world.canaries.recall({ name: canary(1) }))).toEqual({ asked_at: null });
    expect(valueOf(await world.canaries.recall({ name: canary(2) })).asked_at).not.toBeNull();
  });

  it('has a name that no principal can have; one that only resembles it is a failed try like any other', async () => {
    expect(principalId.safeParse(canary(1)).success).toBe(false);
    const world = registryWorld();
    for (const name of [`${canary(1)}0`, 'canary-1', '_canary-x']) await world.broker.mayConnect(name, 'x');
    expect(world.metrics.failures).toHaveLength(3);
  });
});
