import { sleep } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { confirmed, relayedService } from '../testing/relayed-service';

describe('OutboxRelay after the death of a process', () => {
  const relayed = relayedService();
  const { started, commitAndDie, expectEmpty } = relayed;

  it('sweeps what a process committed before it died, about a second and a half later at most', async () => {
    const published = new Map<string, number>();
    await started({
      publish: async (rows) => {
        for (const { id } of rows) published.set(id, performance.now());
        return rows.map(confirmed);
      },
    });
    const waits: Promise<number>[] = [];
    // At different moments of the sweep's rhythm.
    for (let round = 0; round < 10; round += 1) {
      const before = new Set(await relayed.service.outboxIds());
      await commitAndDie();
      const at = performance.now();
      const id = (await relayed.service.outboxIds()).find((one) => !before.has(one)) ?? '';
      waits.push(
        eventually(() => {
          expect(published.has(id)).toBe(true);
          return (published.get(id) ?? 0) - at;
        }),
      );
      await sleep(120);
    }
    const waited = await Promise.all(waits);
    expect(Math.min(...waited)).toBeGreaterThan(900);
    expect(Math.max(...waited)).toBeLessThan(1900);
    await expectEmpty();
  });
});

leakGuard();
