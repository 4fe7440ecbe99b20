import { Frontier, leafHash, leafText } from '@ymera/transparency';
import type { MigrationInterface, QueryRunner } from 'typeorm';

interface Row {
  readonly index: string | number;
  readonly event_id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly aggregate_version: number;
  readonly time: Date;
  readonly trace_id: string | null;
  readonly data_digest: string;
}

const page = 1000;

/** The Merkle tree over the entries and its signed checkpoints; both are append-only. */
export class Tree1767225600002 implements MigrationInterface {
  readonly name = 'Tree1767225600002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Perfect subtrees only, once they are complete: they never change. Level 0 are the leaves.
      CREATE TABLE tree_nodes (
        level smallint NOT NULL CHECK (level >= 0),
        index bigint NOT NULL CHECK (index >= 0),
        hash bytea NOT NULL CHECK (octet_length(hash) = 32),
        PRIMARY KEY (level, index)
      )`);
    await runner.query(`
      CREATE TABLE checkpoints (
        size bigint PRIMARY KEY CHECK (size >= 0),
        note text NOT NULL,
        signed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    for (const table of ['tree_nodes', 'checkpoints']) {
      await runner.query(`
        CREATE TRIGGER ${table}_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`);
      await runner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM CURRENT_USER`);
    }
    await this.coverEntries(runner);
  }

  /** Entries older than the tree. */
  private async coverEntries(runner: QueryRunner): Promise<void> {
    const tree = new Frontier();
    for (;;) {
      const rows = (await runner.query('SELECT * FROM entries WHERE index >= $1 ORDER BY index LIMIT $2', [
        tree.size,
        page,
      ])) as readonly Row[];
      for (const row of rows) {
        const text = leafText({ ...row, index: Number(row.index), time: row.time.toISOString() });
        const nodes: unknown[][] = [];
        tree.append(leafHash(text), ({ level, index, hash }) => nodes.push([level, index, hash]));
        for (const node of nodes)
          await runner.query('INSERT INTO tree_nodes (level, index, hash) VALUES ($1, $2, $3)', node);
      }
      if (rows.length < page) return;
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE checkpoints`);
    await runner.query(`DROP TABLE tree_nodes`);
  }
}
