import { messagingMigrations, type SqlExecutor } from '@ymera/persistence';

interface Runner {
  query(sql: string): Promise<unknown>;
}

class Work1700000000001 {
  async up(runner: Runner): Promise<void> {
    await runner.query('CREATE TABLE work (id uuid PRIMARY KEY, note text NOT NULL)');
  }

  async down(runner: Runner): Promise<void> {
    await runner.query('DROP TABLE work');
  }
}

export const workMigrations = [...messagingMigrations, Work1700000000001];

/** The state change of one transaction: one row of some 100 bytes. */
export const workStores = (sql: SqlExecutor) => ({
  work: {
    async add(id: string): Promise<void> {
      await sql.query('INSERT INTO work (id, note) VALUES ($1, $2)', [id, 'x'.repeat(80)]);
    },
  },
});
