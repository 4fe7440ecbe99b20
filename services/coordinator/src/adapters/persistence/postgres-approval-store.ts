import { approvalResource, escalationOption, gateKind } from '@ymera/contracts';
import { defineTable, json, nullable, plain, type SqlExecutor } from '@ymera/persistence';
import type { ApprovalStore } from '../../application/ports';
import type { Approval } from '../../domain/approval';

const { landing, escalation, state } = approvalResource.shape;

const approvals = defineTable<Approval>({
  name: 'approvals',
  key: 'approvalId',
  columns: {
    approvalId: plain<string>(),
    gateId: plain<string>(),
    requestId: plain<string>(),
    workflowId: plain<string>(),
    kind: plain(gateKind),
    subjectDigest: plain<string>(),
    requestedBy: plain<string>(),
    landing: nullable(json(landing)),
    escalation: nullable(json(escalation)),
    option: nullable(plain(escalationOption)),
    expiresAt: plain<Date>(),
    state: plain(state),
    decidedBy: nullable(plain<string>()),
    reason: nullable(plain<string>()),
    decidedAt: nullable(plain<Date>()),
    version: plain<number>(),
  },
});
const { columns } = approvals;
const fromRow = (row: Readonly<Record<string, unknown>>): Approval => approvals.read(row);

export class PostgresApprovalStore implements ApprovalStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(approval: Approval): Promise<void> {
    const { text, values } = approvals.insert(approval);
    await this.sql.query(text, values);
  }

  /** Updates only the decision; the subject of an approval never changes. */
  async update(approval: Approval): Promise<void> {
    await approvals.updateVersion(this.sql, approval, [
      'state',
      'decidedBy',
      'reason',
      'decidedAt',
      'option',
    ]);
  }

  async find(approvalId: string): Promise<Approval | undefined> {
    const [row] = await this.sql.query(`SELECT ${columns} FROM approvals WHERE approval_id = $1`, [
      approvalId,
    ]);
    return row && fromRow(row);
  }

  async findByGate(gateId: string): Promise<Approval | undefined> {
    const [row] = await this.sql.query(`SELECT ${columns} FROM approvals WHERE gate_id = $1`, [gateId]);
    return row && fromRow(row);
  }

  async page({
    requestId,
    state,
    before,
    limit,
  }: Parameters<ApprovalStore['page']>[0]): Promise<readonly Approval[]> {
    const rows = await this.sql.query(
      `SELECT ${columns} FROM approvals
       WHERE ($1::uuid IS NULL OR request_id = $1) AND ($2::text IS NULL OR state = $2)
         AND ($3::uuid IS NULL OR approval_id < $3)
       ORDER BY approval_id DESC LIMIT $4`,
      [requestId ?? null, state ?? null, before ?? null, limit],
    );
    return rows.map(fromRow);
  }

  async pendingOf(requestIds: readonly string[]): Promise<readonly Approval[]> {
    const rows = await this.sql.query(
      `SELECT ${columns} FROM approvals WHERE request_id = ANY($1) AND state = 'pending' ORDER BY approval_id`,
      [requestIds],
    );
    return rows.map(fromRow);
  }

  async takeExpired(now: Date, limit: number): Promise<readonly Approval[]> {
    const rows = await this.sql.query(
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
