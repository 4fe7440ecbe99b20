import { landChange } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { WaitingLanding, WaitingLandings } from '../../application/ports';

interface Row {
  readonly id: string;
  readonly landing_order: string;
  readonly traceparent: string | null;
}

export class PostgresWaitingLandings implements WaitingLandings {
  constructor(private readonly sql: SqlExecutor) {}

  async add({ id, order, traceparent }: WaitingLanding): Promise<void> {
    await this.sql.query(
      `INSERT INTO waiting_landings (id, landing_order, traceparent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
      [id, JSON.stringify(order), traceparent ?? null],
    );
  }

  async next(except: readonly string[]): Promise<WaitingLanding | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT id, landing_order, traceparent FROM waiting_landings WHERE id <> ALL ($1)
       ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [except],
    );
    return (
      row && {
        id: row.id,
        order: landChange.payload.parse(JSON.parse(row.landing_order)),
        traceparent: row.traceparent ?? undefined,
      }
    );
  }

  async remove(id: string): Promise<void> {
    await this.sql.query(`DELETE FROM waiting_landings WHERE id = $1`, [id]);
  }

  /** Skips locked rows, because waiting could deadlock: the transaction that decides on an order holds it and waits for the project's lock. */
  async removeOf(changeId: string): Promise<void> {
    await this.sql.query(
      `DELETE FROM waiting_landings WHERE id IN
         (SELECT id FROM waiting_landings WHERE change_id = $1 FOR UPDATE SKIP LOCKED)`,
      [changeId],
    );
  }

  async count(): Promise<number> {
    const [row] = await this.sql.query<{ count: number }>(`SELECT count(*) AS count FROM waiting_landings`);
    return row?.count ?? 0;
  }
}
