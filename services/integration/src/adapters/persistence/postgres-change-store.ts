import { findings } from '@ymera/contracts';
import { FailureException } from '@ymera/kernel';
import type { SqlExecutor } from '@ymera/persistence';
import { versionConflict, type ChangeStore } from '../../application/ports';
import { changeStates, type Change } from '../../domain/change';

interface Row {
  change_id: string;
  project_id: string;
  workflow_id: string;
  request_id: string;
  step_id: string;
  task_id: string;
  attempt: number;
  agent_id: string;
  base: string;
  commit: string;
  tree: string;
  files: number;
  patch_digest: string;
  state: string;
  version: number;
  created_at: Date;
  landed_at: Date | null;
  made_from: string | null;
  withdrawn_by: string | null;
  findings: unknown;
  reverts: string | null;
}

const columns = `change_id, project_id, workflow_id, request_id, step_id, task_id, attempt, agent_id, base, commit, tree,
  files, patch_digest, state, version, created_at, landed_at, made_from, withdrawn_by,
  findings, reverts`;

export class PostgresChangeStore implements ChangeStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(change: Change): Promise<void> {
    await this.sql.query(
      `INSERT INTO changes (${columns})
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
      [
        change.changeId,
        change.projectId,
        change.workflowId,
        change.requestId,
        change.stepId,
        change.taskId,
        change.attempt,
        change.agentId,
        change.base,
        change.commit,
        change.tree,
        change.files,
        change.patchDigest,
        change.state,
        change.version,
        change.createdAt,
        change.landedAt ?? null,
        change.madeFrom ?? null,
        change.withdrawnBy ?? null,
        JSON.stringify(change.findings),
        change.reverts ?? null,
      ],
    );
  }

  /** Only what a landing may alter: what was materialised stays as it was. */
  async update({ changeId, state, version, landedAt, withdrawnBy }: Change): Promise<void> {
    const changed = await this.sql.query(
      `UPDATE changes SET state = $2, version = $3, landed_at = $4, withdrawn_by = $5
       WHERE change_id = $1 AND version = $3 - 1 RETURNING change_id`,
      [changeId, state, version, landedAt ?? null, withdrawnBy ?? null],
    );
    if (changed.length === 0) throw new FailureException(versionConflict);
  }

  async find(changeId: string): Promise<Change | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM changes WHERE change_id = $1`, [
      changeId,
    ]);
    return row && fromRow(row);
  }
}

function fromRow(row: Row): Change {
  const state = changeStates.find((known) => known === row.state);
  if (state === undefined) throw new TypeError(`unknown state of a change: ${row.state}`);
  return {
    changeId: row.change_id,
    projectId: row.project_id,
    workflowId: row.workflow_id,
    requestId: row.request_id,
    stepId: row.step_id,
    taskId: row.task_id,
    attempt: row.attempt,
    agentId: row.agent_id,
    base: row.base,
    commit: row.commit,
    tree: row.tree,
    files: row.files,
    patchDigest: row.patch_digest,
    findings: findings.parse(row.findings),
    reverts: row.reverts ?? undefined,
    madeFrom: row.made_from ?? undefined,
    state,
    version: row.version,
    createdAt: row.created_at,
    landedAt: row.landed_at ?? undefined,
    withdrawnBy: row.withdrawn_by ?? undefined,
  };
}
