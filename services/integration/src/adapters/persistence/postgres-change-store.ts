import { findings, type Finding } from '@ymera/contracts';
import { defineTable, json, optional, plain, type SqlExecutor } from '@ymera/persistence';
import { z } from 'zod';
import type { ChangeStore } from '../../application/ports';
import { changeStates, type Change } from '../../domain/change';

const changes = defineTable<Change>({
  name: 'changes',
  key: 'changeId',
  columns: {
    changeId: plain<string>(),
    projectId: plain<string>(),
    workflowId: plain<string>(),
    requestId: plain<string>(),
    stepId: plain<string>(),
    taskId: plain<string>(),
    attempt: plain<number>(),
    agentId: plain<string>(),
    base: plain<string>(),
    commit: plain<string>(),
    tree: plain<string>(),
    files: plain<number>(),
    patchDigest: plain<string>(),
    findings: json<readonly Finding[]>(findings),
    reverts: optional(plain<string>()),
    madeFrom: optional(plain<string>()),
    state: plain(z.enum(changeStates)),
    version: plain<number>(),
    createdAt: plain<Date>(),
    landedAt: optional(plain<Date>()),
    withdrawnBy: optional(plain<string>()),
  },
});

export class PostgresChangeStore implements ChangeStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(change: Change): Promise<void> {
    const { text, values } = changes.insert(change);
    await this.sql.query(text, values);
  }

  /** Only what a landing may alter: what was materialised stays as it was. */
  async update(change: Change): Promise<void> {
    await changes.updateVersion(this.sql, change, ['state', 'landedAt', 'withdrawnBy']);
  }

  async find(changeId: string): Promise<Change | undefined> {
    const [row] = await this.sql.query(`SELECT ${changes.columns} FROM changes WHERE change_id = $1`, [
      changeId,
    ]);
    return row && changes.read(row);
  }
}
