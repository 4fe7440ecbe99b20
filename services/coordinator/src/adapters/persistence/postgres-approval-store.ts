import { approvalResource, escalationOption, gateKind } from '@ymera/contracts';
import { FailureException } from '@ymera/kernel';
import type { SqlExecutor } from '@ymera/persistence';
import type { ApprovalStore } from '../../application/ports';
import { versionConflict } from '../../application/version-conflict';
import type { Approval } from '../../domain/approval';

interface Row {
  approval_id: string;
  gate_id: string;
  request_id: string;
  workflow_id: string;
  kind: string;
  subject_digest: string;
  requested_by: string;
  landing: unknown;
  escalation: unknown;
  option: string | null;
  expires_at: Date;
  state: string;
  decided_by: string | null;
  reason: string | null;
  decided_at: Date | null;
  version: number;
}

const columns = `approval_id, gate_id, request_id, workflow_id, kind, subject_digest, requested_by, landing, expires_at,
  state, decided_by, reason, decided_at, version, escalation, option`;

export class PostgresApprovalStore implements ApprovalStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(approval: Approval): Promise<void> {
    await this.sql.query(
      `INSERT INTO approvals (${columns})
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
      [
        approval.approvalId,
        approval.gateId,
        approval.requestId,
        approval.workflowId,
        approval.kind,
        approval.subjectDigest,
        approval.requestedBy,
        approval.landing === null ? null : JSON.stringify(approval.landing),
        approval.expiresAt,
        approval.state,
        approval.decidedBy,
        approval.reason,
        approval.decidedAt,
        approval.version,
        approval.escalation === null ? null : JSON.stringify(approval.escalation),
        approval.option,
      ],
    );
  }

  /** Only the decision of an approval ever changes; its subject never does. */
  async update(approval: Approval): Promise<void> {
    const changed = await this.sql.query(
      `UPDATE approvals SET state = $2, decided_by = $3, reason = $4, decided_at = $5, version = $6, option = $7
       WHERE approval_id = $1 AND version = $6 - 1 RETURNING approval_id`,
      [
        approval.approvalId,
        approval.state,
        approval.decidedBy,
        approval.reason,
        approval.decidedAt,
        approval.version,
        approval.option,
      ],
    );
    if (changed.length === 0) throw new FailureException(versionConflict);
  }

  async find(approvalId: string): Promise<Approval | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM approvals WHERE approval_id = $1`, [
      approvalId,
    ]);
    return row && fromRow(row);
  }

  async findByGate(gateId: string): Promise<Approval | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM approvals WHERE gate_id = $1`, [gateId]);
    return row && fromRow(row);
  }

  async page({
    requestId,
    state,
    before,
    limit,
  }: Parameters<ApprovalStore['page']>[0]): Promise<readonly Approval[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM approvals
       WHERE ($1::uuid IS NULL OR request_id = $1) AND ($2::text IS NULL OR state = $2)
         AND ($3::uuid IS NULL OR approval_id < $3)
       ORDER BY approval_id DESC LIMIT $4`,
      [requestId ?? null, state ?? null, before ?? null, limit],
    );
    return rows.map(fromRow);
  }

  async pendingOf(requestIds: readonly string[]): Promise<readonly Approval[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM approvals WHERE request_id = ANY($1) AND state = 'pending' ORDER BY approval_id`,
      [requestIds],
    );
    return rows.map(fromRow);
  }

  async takeExpired(now: Date, limit: number): Promise<readonly Approval[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM approvals WHERE state = 'pending' AND expires_at <= $1
       ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, limit],
    );
    return rows.map(fromRow);
  }

  async lockGate(gateId: string): Promise<void> {
    await this.sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('ymera-gate:' || $1, 0))`, [gateId]);
  }

  async rememberClosedGate(gateId: string): Promise<void> {
    await this.sql.query(`INSERT INTO closed_gates (gate_id) VALUES ($1) ON CONFLICT DO NOTHING`, [gateId]);
  }

  async isGateClosed(gateId: string): Promise<boolean> {
    const rows = await this.sql.query(`SELECT 1 FROM closed_gates WHERE gate_id = $1`, [gateId]);
    return rows.length > 0;
  }
}

const fromRow = (row: Row): Approval => ({
  approvalId: row.approval_id,
  gateId: row.gate_id,
  requestId: row.request_id,
  workflowId: row.workflow_id,
  kind: gateKind.parse(row.kind),
  subjectDigest: row.subject_digest,
  requestedBy: row.requested_by,
  landing: approvalResource.shape.landing.parse(row.landing),
  escalation: approvalResource.shape.escalation.parse(row.escalation),
  option: escalationOption.nullable().parse(row.option),
  expiresAt: row.expires_at,
  state: approvalResource.shape.state.parse(row.state),
  decidedBy: row.decided_by,
  reason: row.reason,
  decidedAt: row.decided_at,
  version: row.version,
});
