import { errorShape, performancePolicy, projectCommands, pushPolicy } from '@ymera/contracts';
import { defineTable, json, optional, plain, type SqlExecutor } from '@ymera/persistence';
import { z } from 'zod';
import type { ProjectStore } from '../../application/ports';
import type { Project } from '../../domain/project';
import type { Upstream } from '../../domain/upstream';

type Stored = Omit<Project, 'upstream'> & {
  readonly followsUpstream: boolean;
  readonly upstreamBranch: string | undefined;
  readonly push: Upstream['push'];
  readonly requireFresh: boolean;
  readonly upstreamHead: string | undefined;
  readonly upstreamCheckedAt: Date | undefined;
  readonly upstreamError: Upstream['error'];
};

const overrides = z
  .object({ commands: projectCommands, performance: performancePolicy.optional() })
  .transform(({ commands, performance }) => ({
    commands,
    ...(performance === undefined ? {} : { performance }),
  }));

const projects = defineTable<Stored>({
  name: 'projects',
  key: 'projectId',
  columns: {
    projectId: plain<string>(),
    name: plain<string>(),
    source: plain<string>(),
    defaultBranch: plain<string>(),
    commands: json(projectCommands),
    performance: json(performancePolicy),
    overrides: optional(json(overrides)),
    detectedAt: optional(plain<string>()),
    followsUpstream: plain<boolean>(),
    upstreamBranch: optional(plain<string>()),
    push: plain(pushPolicy),
    requireFresh: plain<boolean>(),
    upstreamHead: optional(plain<string>()),
    upstreamCheckedAt: optional(plain<Date>()),
    upstreamError: optional(json(errorShape)),
    version: plain<number>(),
    registeredBy: plain<string>(),
    idempotencyKey: optional(plain<string>()),
    requestDigest: plain<string>(),
    createdAt: plain<Date>(),
  },
});
const { columns } = projects;

export class PostgresProjectStore implements ProjectStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(project: Project): Promise<void> {
    const { text, values } = projects.insert(toStored(project));
    await this.sql.query(text, values);
  }

  async update(project: Project): Promise<void> {
    await projects.updateVersion(this.sql, toStored(project), [
      'name',
      'commands',
      'performance',
      'overrides',
      'detectedAt',
      'followsUpstream',
      'upstreamBranch',
      'push',
      'requireFresh',
      'upstreamHead',
      'upstreamCheckedAt',
      'upstreamError',
    ]);
  }

  async find(projectId: string): Promise<Project | undefined> {
    const [row] = await this.sql.query(`SELECT ${columns} FROM projects WHERE project_id = $1`, [projectId]);
    return row && fromRow(row);
  }

  async findByIdempotencyKey(registeredBy: string, key: string): Promise<Project | undefined> {
    const [row] = await this.sql.query(
      `SELECT ${columns} FROM projects WHERE registered_by = $1 AND idempotency_key = $2`,
      [registeredBy, key],
    );
    return row && fromRow(row);
  }

  async page(after: string | undefined, limit: number): Promise<readonly Project[]> {
    const rows = await this.sql.query(
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

const toStored = ({ upstream, ...project }: Project): Stored => ({
  ...project,
  followsUpstream: upstream.branch !== undefined,
  upstreamBranch: upstream.branch,
  push: upstream.push,
  requireFresh: upstream.requireFresh,
  upstreamHead: upstream.head,
  upstreamCheckedAt: upstream.checkedAt,
  upstreamError: upstream.error,
});

function fromRow(row: Readonly<Record<string, unknown>>): Project {
  const {
    followsUpstream,
    upstreamBranch,
    push,
    requireFresh,
    upstreamHead,
    upstreamCheckedAt,
    upstreamError,
    ...rest
  } = projects.read(row);
  return {
    ...rest,
    upstream: {
      branch: followsUpstream ? (upstreamBranch ?? rest.defaultBranch) : undefined,
      push,
      requireFresh,
      head: upstreamHead,
      checkedAt: upstreamCheckedAt,
      error: upstreamError,
    },
  };
}
