import { agentRetired } from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { asAdmin, testDatabase } from '@ymera/testing';
import { createDatabase, type DatabaseOptions } from '../database/create-database';
import type { Database } from '../database/database';
import { PostgresUnitOfWork, type UnitOfWorkOptions } from '../unit-of-work/postgres-unit-of-work';
import { counterMigrations, counterStores, type CounterStores } from './counter-store';

/** A migrated database of its own and the smallest service on it. */
export async function counterService(options: Partial<DatabaseOptions> = {}) {
  const place = await testDatabase({ service: 'registry', migrations: counterMigrations });
  const connect = (more: Partial<DatabaseOptions> = {}): Promise<Database> =>
    createDatabase({
      url: place.url,
      schema: 'registry',
      migrations: counterMigrations,
      poolSize: 5,
      ...options,
      ...more,
    });
  const database = await connect();
  const counters = counterStores(database.sql).counters;
  return {
    url: place.url,
    adminUrl: place.adminUrl,
    name: place.database,
    connect,
    database,
    counters,
    unitOfWork: (more: Partial<UnitOfWorkOptions> = {}, on: Database = database) =>
      new PostgresUnitOfWork<CounterStores>(on, { service: 'registry', ...more }, counterStores),
    outboxIds: async (): Promise<string[]> =>
      (await database.sql.query<{ id: string }>('SELECT id FROM outbox ORDER BY id')).map(({ id }) => id),
    /**
     * The administrator ends the service's sessions that match this condition, e.g. `state = 'idle in transaction'`.
     */
    killSessions: (condition: string) =>
      asAdmin((query) =>
        query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = $1 AND pid <> pg_backend_pid() AND ${condition}`,
          [place.database],
        ),
      ),
    async end(): Promise<void> {
      await database.close();
      await place.drop();
    },
  };
}

export type CounterService = Awaited<ReturnType<typeof counterService>>;

/** An event about the agent with this id. */
export const sendFact = (outbox: Outbox, agentId = 'agent-1', aggregateVersion = 1): Promise<void> =>
  outbox.event(agentRetired, {
    aggregateId: agentId,
    aggregateVersion,
    payload: { ...agentRetired.sample, agent_id: agentId },
  });
