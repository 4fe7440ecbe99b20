import { plan, errorShape, intent, requestState } from '@ymera/contracts';
import { defineTable, json, nullable, plain, type SqlExecutor } from '@ymera/persistence';
import type { EarlierRequest, IdempotencyKey, RequestStore } from '../../application/ports';
import type { Request } from '../../domain/request';

const requests = defineTable<Request>({
  name: 'requests',
  key: 'requestId',
  columns: {
    requestId: plain<string>(),
    projectId: plain<string>(),
    text: plain<string>(),
    requestedBy: plain<string>(),
    state: plain(requestState),
    intent: nullable(plain(intent)),
    confidence: plain<number>(),
    evidence: json<readonly string[]>(),
    question: nullable(plain<string>()),
    plan: nullable(json(plan)),
    planDigest: nullable(plain<string>()),
    workflowId: nullable(plain<string>()),
    error: nullable(json(errorShape)),
    notes: json<readonly string[]>(),
    traceId: plain<string>(),
    createdAt: plain<Date>(),
    endedAt: nullable(plain<Date>()),
    version: plain<number>(),
  },
});
const { columns } = requests;
const fromRow = (row: Readonly<Record<string, unknown>>): Request => requests.read(row);

export class PostgresRequestStore implements RequestStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(
    request: Request,
    idempotency: IdempotencyKey | undefined,
  ): Promise<EarlierRequest | undefined> {
    const { text, values } = requests.insert(request, {
      idempotency_key: idempotency?.key ?? null,
      request_digest: idempotency?.requestDigest ?? null,
    });
    const stored = await this.sql.query(
      `${text} ON CONFLICT (requested_by, idempotency_key) DO NOTHING RETURNING request_id`,
      values,
    );
    if (stored.length > 0 || idempotency === undefined) return undefined;
    return this.findByIdempotencyKey(request.requestedBy, idempotency.key);
  }

  async update(request: Request): Promise<void> {
    await requests.updateVersion(this.sql, request);
  }

  async find(requestId: string): Promise<Request | undefined> {
    const [row] = await this.sql.query(`SELECT ${columns} FROM requests WHERE request_id = $1`, [requestId]);
    return row && fromRow(row);
  }

  async findByIdempotencyKey(requestedBy: string, key: string): Promise<EarlierRequest | undefined> {
    const [row] = await this.sql.query<{ readonly request_digest: string | null }>(
      `SELECT ${columns}, request_digest FROM requests WHERE requested_by = $1 AND idempotency_key = $2`,
      [requestedBy, key],
    );
    return row && { request: fromRow(row), requestDigest: row.request_digest ?? undefined };
  }

  async page({ projectId, before, limit }: Parameters<RequestStore['page']>[0]): Promise<readonly Request[]> {
    const rows = await this.sql.query(
      `SELECT ${columns} FROM requests
       WHERE ($1::text IS NULL OR project_id = $1) AND ($2::uuid IS NULL OR request_id < $2)
       ORDER BY request_id DESC LIMIT $3`,
      [projectId ?? null, before ?? null, limit],
    );
    return rows.map(fromRow);
  }

  async deleteEndedBefore(time: Date, limit: number): Promise<number> {
    const old = await this.sql.query<{ request_id: string }>(
      `SELECT request_id FROM requests
       WHERE ended_at < $1 AND state NOT IN ('running', 'input_required') AND NOT EXISTS (
         SELECT FROM approvals WHERE approvals.request_id = requests.request_id AND approvals.state = 'pending')
       ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [time, limit],
    );
    const ids = old.map(({ request_id }) => request_id);
    await this.sql.query('DELETE FROM approvals WHERE request_id = ANY($1)', [ids]);
    await this.sql.query('DELETE FROM requests WHERE request_id = ANY($1)', [ids]);
    await this.sql.query('DELETE FROM closed_gates WHERE closed_at < $1', [time]);
    return ids.length;
  }
}
