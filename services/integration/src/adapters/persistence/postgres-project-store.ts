import { performancePolicy, projectCommands } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { ProjectStore } from '../../application/ports';
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
}

const columns = `project_id, name, source, default_branch, commands, performance, registered_by, idempotency_key,
  request_digest, created_at`;

export class PostgresProjectStore implements ProjectStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(project: Project): Promise<void> {
    await this.sql.query(
      `INSERT INTO projects (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
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
      ],
    );
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

const fromRow = (row: Row): Project => ({
  projectId: row.project_id,
  name: row.name,
  source: row.source,
  defaultBranch: row.default_branch,
  commands: projectCommands.parse(row.commands),
  performance: performancePolicy.parse(row.performance),
  registeredBy: row.registered_by,
  idempotencyKey: row.idempotency_key ?? undefined,
  requestDigest: row.request_digest,
  createdAt: row.created_at,
});
