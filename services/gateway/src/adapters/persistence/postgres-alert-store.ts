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
  readonly occurrences: NonNullable<AlertResource['occurrences']> | null;
}

export class PostgresAlertStore implements AlertStore {
  constructor(private readonly sql: SqlExecutor) {}

  /** Each statement changes nothing the second time, so a process that dies between them is made good by the redelivery. */
  async apply(fact: AlertFact): Promise<void> {
    const { subject, version, time, alarm, occurrences } = fact;
    const newest = await this.sql.query(
      `INSERT INTO alert_subjects (subject, version, changed_at) VALUES ($1, $2, $3)
       ON CONFLICT (subject) DO UPDATE SET version = $2, changed_at = $3 WHERE alert_subjects.version <= $2
       RETURNING 1`,
      [subject, version, time],
    );
    if (occurrences === undefined) {
      if (alarm) await this.insert(fact, alarm);
    } else if (newest.length === 0 || (await this.updateOpen(fact)) || !alarm) return;
    else await this.insert(fact, alarm);
    await this.sql.query(
      `UPDATE alerts SET resolved_at = greatest(alerts.raised_at, newest.changed_at) FROM alert_subjects newest
       WHERE alerts.subject = $1 AND newest.subject = $1 AND alerts.version < newest.version
         AND alerts.resolved_at IS NULL`,
      [subject],
    );
  }

  private async insert(
    { eventId, subject, version, time, traceId, occurrences, expiresAt }: AlertFact,
    { kind, severity, title, link }: NonNullable<AlertFact['alarm']>,
  ): Promise<void> {
    await this.sql.query(
      `INSERT INTO alerts
         (alert_id, subject, version, kind, severity, title, link, trace_id, raised_at, expires_at, occurrences)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
      [
        eventId,
        subject,
        version,
        kind,
        severity,
        title,
        link,
        traceId,
        time,
        expiresAt ?? null,
        occurrences ? JSON.stringify(occurrences) : null,
      ],
    );
  }

  /** False when no alert of the subject is open. Only the newest fact about a subject gets here. */
  private async updateOpen({ subject, version, alarm, occurrences, expiresAt }: AlertFact): Promise<boolean> {
    const updated = await this.sql.query(
      `UPDATE alerts SET version = $2, occurrences = $3, expires_at = $4, title = coalesce($5, title),
         link = coalesce($6, link)
       WHERE subject = $1 AND resolved_at IS NULL AND version <= $2 RETURNING 1`,
      [
        subject,
        version,
        JSON.stringify(occurrences),
        expiresAt ?? null,
        alarm?.title ?? null,
        alarm?.link ?? null,
      ],
    );
    return updated.length > 0;
  }

  async page({ state, before, limit }: Parameters<AlertStore['page']>[0]): Promise<readonly AlertResource[]> {
    const rows = await this.sql.query<Row>(
      `SELECT alert_id, kind, severity, title, link, trace_id, raised_at, resolved_at, occurrences
       FROM alerts
       WHERE ($1 OR resolved_at IS NULL) AND ($2::uuid IS NULL OR alert_id < $2)
       ORDER BY alert_id DESC LIMIT $3`,
      [state === 'all', before ?? null, limit],
    );
    return rows.map(({ raised_at, resolved_at, occurrences, ...row }) => ({
      ...row,
      state: resolved_at ? 'resolved' : 'open',
      raised_at: raised_at.toISOString(),
      resolved_at: resolved_at?.toISOString() ?? null,
      ...(occurrences && { occurrences }),
    }));
  }

  async resolveExpired(now: Date): Promise<void> {
    await this.sql.query(
      `UPDATE alerts SET resolved_at = greatest(raised_at, expires_at)
       WHERE resolved_at IS NULL AND expires_at <= $1`,
      [now],
    );
  }

  async deleteOlderThan(time: Date): Promise<void> {
    await this.sql.query('DELETE FROM alerts WHERE resolved_at < $1', [time]);
    await this.sql.query(
      `DELETE FROM alert_subjects known WHERE changed_at < $1
         AND NOT EXISTS (SELECT FROM alerts WHERE alerts.subject = known.subject AND resolved_at IS NULL)`,
      [time],
    );
  }
}
