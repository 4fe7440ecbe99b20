import { plan as planSchema, errorShape, intent as intentSchema, requestState } from '@ymera/contracts';
import { FailureException } from '@ymera/kernel';
import type { SqlExecutor } from '@ymera/persistence';
import type { EarlierRequest, IdempotencyKey, RequestStore } from '../../application/ports';
import { versionConflict } from '../../application/version-conflict';
import type { Request } from '../../domain/request';

interface Row {
  request_id: string;
  project_id: string;
  text: string;
  requested_by: string;
  state: string;
  intent: string | null;
  confidence: number;
  evidence: string[];
  question: string | null;
  plan: unknown;
  plan_digest: string | null;
  workflow_id: string | null;
  error: unknown;
  trace_id: string;
  created_at: Date;
  ended_at: Date | null;
  version: number;
  notes: string[];
}

const columns = `request_id, project_id, text, requested_by, state, intent, confidence, evidence, question, plan,
  plan_digest, workflow_id, error, trace_id, created_at, ended_at, version, notes`;

export class PostgresRequestStore implements RequestStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(
    request: Request,
    idempotency: IdempotencyKey | undefined,
  ): Promise<EarlierRequest | undefined> {
    const stored = await this.sql.query(
      `INSERT INTO requests (${columns}, idempotency_key, request_digest)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
       ON CONFLICT (requested_by, idempotency_key) DO NOTHING RETURNING request_id`,
      [...values(request), idempotency?.key ?? null, idempotency?.requestDigest ?? null],
    );
    if (stored.length > 0 || idempotency === undefined) return undefined;
    return this.findByIdempotencyKey(request.requestedBy, idempotency.key);
  }

  async update(request: Request): Promise<void> {
    const changed = await this.sql.query(
      `UPDATE requests SET project_id = $2, text = $3, requested_by = $4, state = $5, intent = $6, confidence = $7,
         evidence = $8, question = $9, plan = $10, plan_digest = $11, workflow_id = $12, error = $13, trace_id = $14,
         created_at = $15, ended_at = $16, version = $17, notes = $18
       WHERE request_id = $1 AND version = $17 - 1
       RETURNING request_id`,
      values(request),
    );
    if (changed.length === 0) throw new FailureException(versionConflict);
  }

  async find(requestId: string): Promise<Request | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM requests WHERE request_id = $1`, [
      requestId,
    ]);
    return row && fromRow(row);
  }

  async findByIdempotencyKey(requestedBy: string, key: string): Promise<EarlierRequest | undefined> {
    const [row] = await this.sql.query<Row & { readonly request_digest: string | null }>(
      `SELECT ${columns}, request_digest FROM requests WHERE requested_by = $1 AND idempotency_key = $2`,
      [requestedBy, key],
    );
    return row && { request: fromRow(row), requestDigest: row.request_digest ?? undefined };
  }

  async page({ projectId, before, limit }: Parameters<RequestStore['page']>[0]): Promise<readonly Request[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM requests
       WHERE ($1::text IS NULL OR project_id = $1) AND ($2::uuid IS NULL OR request_id < $2)
       ORDER BY request_id DESC LIMIT $3`,
      [projectId ?? null, before ?? null, limit],
    );
    return rows.map(fromRow);
  }
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

const values = (request: Request): unknown[] => [
  request.requestId,
  request.projectId,
  request.text,
  request.requestedBy,
  request.state,
  request.intent,
  request.confidence,
  JSON.stringify(request.evidence),
  request.question,
  json(request.plan),
  request.planDigest,
  request.workflowId,
  json(request.error),
  request.traceId,
  request.createdAt,
  request.endedAt,
  request.version,
  JSON.stringify(request.notes),
];

const fromRow = (row: Row): Request => ({
  requestId: row.request_id,
  projectId: row.project_id,
  text: row.text,
  requestedBy: row.requested_by,
  state: requestState.parse(row.state),
  intent: row.intent === null ? null : intentSchema.parse(row.intent),
  confidence: row.confidence,
  evidence: row.evidence,
  question: row.question,
  plan: row.plan === null ? null : planSchema.parse(row.plan),
  planDigest: row.plan_digest,
  workflowId: row.workflow_id,
  error: row.error === null ? null : errorShape.parse(row.error),
  traceId: row.trace_id,
  createdAt: row.created_at,
  endedAt: row.ended_at,
  version: row.version,
  notes: row.notes,
});
