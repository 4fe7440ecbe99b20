import type { gateOpened, PayloadOf } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { GateStore } from '../../application/ports';
import type { GateDecision } from '../../domain/workflow/workflow-event';

export class PostgresGateStore implements GateStore {
  constructor(private readonly sql: SqlExecutor) {}

  async opened(gate: PayloadOf<typeof gateOpened>): Promise<void> {
    await this.sql.query(
      `INSERT INTO gates (gate_id, workflow_id, step_id, kind, subject_digest, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [gate.gate_id, gate.workflow_id, gate.step_id, gate.kind, gate.subject_digest, gate.expires_at],
    );
  }

  async closed(gateId: string, outcome: string): Promise<void> {
    await this.sql.query(`UPDATE gates SET outcome = $2 WHERE gate_id = $1`, [gateId, outcome]);
  }

  async remember(decision: GateDecision): Promise<void> {
    await this.sql.query(
      `INSERT INTO gate_decisions (gate_id, approval_id, subject_digest, decision, decided_by, reason, option)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [
        decision.gate_id,
        decision.approval_id,
        decision.subject_digest,
        decision.decision,
        decision.decided_by,
        decision.reason ?? null,
        decision.option ?? null,
      ],
    );
  }
}
