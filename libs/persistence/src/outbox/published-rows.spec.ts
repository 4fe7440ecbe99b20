import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { PublishedRows } from './published-rows';

it('deletes what is added at whatever moment the deletion before it ends', async () => {
  await Promise.all(
    Array.from({ length: 10 }, async (_, turns) => {
      const statements: (readonly unknown[])[] = [];
      const addLate = async (): Promise<void> => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        rows.add(['late']);
      };
      const rows = new PublishedRows(
        {
          query: (_sql, params = []) => {
            statements.push(params);
            if (statements.length === 1) void addLate();
            return Promise.resolve([]);
          },
        },
        silentLogger,
      );
      rows.add(['first']);
      await eventually(() => expect(statements).not.toHaveLength(0));
      await eventually(() => expect([...rows.held()]).toEqual([]), { timeoutMs: 1000 });
    }),
  );
});

leakGuard();
