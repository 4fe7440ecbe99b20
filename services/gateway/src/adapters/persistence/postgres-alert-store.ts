import type { AlertResource } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { AlertStore } from '../../application/ports';
import type { AlertFact } from '../../domain/alert';

interface Row {
  readonly alert_id: string;
  readonly kind: string;
  readonly severity: AlertResource['severity'];
  readonly title: string;
  readonly link: string;
  readonly trace_id: string | null;
  readonly raised_at: Date;
  readonly resolved_at: Date | null;
}

export class PostgresAlertStore implements AlertStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** Each statement is idempotent, so the redelivery completes the work of a process that died between them. */
  async apply({ eventId, subject, version, time, traceId, alarm }: AlertFact): Promise<void> {
    await this.sql.query(
      `INSERT INTO alert_subjects (subject, version, changed_at) VALUES ($1, $2, $3)
       ON CONFLICT (subject) DO UPDATE SET version = $2, changed_at = $3 WHERE alert_subjects.version < $2`,
      [subject, version, time],
    );
    if (alarm)
      await this.sql.query(
        `INSERT INTO alerts (alert_id, subject, version, kind, severity, title, link, trace_id, raised_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
        [eventId, subject, version, alarm.kind, alarm.severity, alarm.title, alarm.link, traceId, time],
      );
    await this.sql.query(
      `UPDATE alerts SET resolved_at = greatest(alerts.raised_at, newest.changed_at) FROM alert_subjects newest
       WHERE alerts.subject = $1 AND newest.subject = $1 AND alerts.version < newest.version
         AND alerts.resolved_at IS NULL`,
      [subject],
    );
  }

  async page({ state, before, limit }: Parameters<AlertStore['page']>[0]): Promise<readonly AlertResource[]> {
    const rows = await this.sql.query<Row>(
      `SELECT alert_id, kind, severity, title, link, trace_id, raised_at, resolved_at FROM alerts
       WHERE ($1 OR resolved_at IS NULL) AND ($2::uuid IS NULL OR alert_id < $2)
       ORDER BY alert_id DESC LIMIT $3`,
      [state === 'all', before ?? null, limit],
    );
    return rows.map(({ raised_at, resolved_at, ...row }) => ({
      ...row,
      state: resolved_at ? 'resolved' : 'open',
      raised_at: raised_at.toISOString(),
      resolved_at: resolved_at?.toISOString() ?? null,
    }));
  }

  async deleteOlderThan(time: Date): Promise<void> {
    await this.sql.query('DELETE FROM alerts WHERE raised_at < $1', [time]);
    await this.sql.query('DELETE FROM alert_subjects WHERE changed_at < $1', [time]);
  }
}
