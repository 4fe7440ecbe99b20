import { errorShape, performancePolicy, projectCommands, pushPolicy } from '@ymera/contracts';
import { FailureException } from '@ymera/kernel';
import type { SqlExecutor } from '@ymera/persistence';
import { z } from 'zod';
import { versionConflict, type ProjectStore } from '../../application/ports';
import type { Project } from '../../domain/project';

interface Row {
  project_id: string;
  name: string;
  source: string;
  default_branch: string;
  commands: unknown;
  performance: unknown;
  registered_by: string;
  idempotency_key: string | null;
  request_digest: string;
  created_at: Date;
  version: number;
  overrides: unknown;
  detected_at: string | null;
  follows_upstream: boolean;
  upstream_branch: string | null;
  push: string;
  require_fresh: boolean;
  upstream_head: string | null;
  upstream_checked_at: Date | null;
  upstream_error: unknown;
}

const columns = `project_id, name, source, default_branch, commands, performance, registered_by, idempotency_key,
  request_digest, created_at, version, overrides, detected_at, follows_upstream, upstream_branch, push, require_fresh,
  upstream_head, upstream_checked_at, upstream_error`;

const overridesColumn = z.object({ commands: projectCommands, performance: performancePolicy.optional() });

export class PostgresProjectStore implements ProjectStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(project: Project): Promise<void> {
    await this.sql.query(
      `INSERT INTO projects (${columns})
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
      [
        project.projectId,
        project.name,
        project.source,
        project.defaultBranch,
        JSON.stringify(project.commands),
        JSON.stringify(project.performance),
        project.registeredBy,
        project.idempotencyKey ?? null,
        project.requestDigest,
        project.createdAt,
        project.version,
        ...changeable(project),
      ],
    );
  }

  async update(project: Project): Promise<void> {
    const changed = await this.sql.query(
      `UPDATE projects SET version = $2, name = $3, commands = $4, performance = $5, overrides = $6, detected_at = $7,
         follows_upstream = $8, upstream_branch = $9, push = $10, require_fresh = $11, upstream_head = $12,
         upstream_checked_at = $13, upstream_error = $14
       WHERE project_id = $1 AND version = $2 - 1 RETURNING project_id`,
      [
        project.projectId,
        project.version,
        project.name,
        JSON.stringify(project.commands),
        JSON.stringify(project.performance),
        ...changeable(project),
      ],
    );
    if (changed.length === 0) throw new FailureException(versionConflict);
  }

  async find(projectId: string): Promise<Project | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM projects WHERE project_id = $1`, [
      projectId,
    ]);
    return row && fromRow(row);
  }

  async findByIdempotencyKey(registeredBy: string, key: string): Promise<Project | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM projects WHERE registered_by = $1 AND idempotency_key = $2`,
      [registeredBy, key],
    );
    return row && fromRow(row);
  }

  async page(after: string | undefined, limit: number): Promise<readonly Project[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM projects WHERE $1::text IS NULL OR project_id > $1 ORDER BY project_id LIMIT $2`,
      [after ?? null, limit],
    );
    return rows.map(fromRow);
  }

  async lock(projectId: string): Promise<void> {
    await this.sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('ymera-project:' || $1, 0))`, [
      projectId,
    ]);
  }
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** Settings and what is known of the upstream, in the order of the columns. */
const changeable = ({ overrides, detectedAt, upstream }: Project): readonly unknown[] => [
  json(overrides),
  detectedAt ?? null,
  upstream.branch !== undefined,
  upstream.branch ?? null,
  upstream.push,
  upstream.requireFresh,
  upstream.head ?? null,
  upstream.checkedAt ?? null,
  json(upstream.error),
];

const fromRow = (row: Row): Project => ({
  projectId: row.project_id,
  name: row.name,
  source: row.source,
  defaultBranch: row.default_branch,
  commands: projectCommands.parse(row.commands),
  performance: performancePolicy.parse(row.performance),
  overrides: overridesFrom(row.overrides),
  detectedAt: row.detected_at ?? undefined,
  upstream: {
    branch: row.follows_upstream ? (row.upstream_branch ?? row.default_branch) : undefined,
    push: pushPolicy.parse(row.push),
    requireFresh: row.require_fresh,
    head: row.upstream_head ?? undefined,
    checkedAt: row.upstream_checked_at ?? undefined,
    error: row.upstream_error === null ? undefined : errorShape.parse(row.upstream_error),
  },
  version: row.version,
  registeredBy: row.registered_by,
  idempotencyKey: row.idempotency_key ?? undefined,
  requestDigest: row.request_digest,
  createdAt: row.created_at,
});

function overridesFrom(column: unknown): Project['overrides'] {
  if (column === null) return undefined;
  const { commands, performance } = overridesColumn.parse(column);
  return { commands, ...(performance === undefined ? {} : { performance }) };
}
