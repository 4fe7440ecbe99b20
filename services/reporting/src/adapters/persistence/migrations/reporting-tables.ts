import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hash partitions of the hot table: vacuum and checkpoints work on parts of it. */
const hotPartitions = 8;

/**
 * `agents` lists the agents and changes rarely. `agent_state` holds the newest report of each and changes with every
 * report: no index but the key, and half of each page free, so that an update stays on its page and touches no index.
 * Its key begins with the report partition, so the rows of one owner are adjacent. The running service creates the
 * partitions of `report_history`, one a day.
 */
export class ReportingTables1764000000000 implements MigrationInterface {
  readonly name = 'ReportingTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agents (
        agent_id text COLLATE "C" PRIMARY KEY,
        principal_id text COLLATE "C" NOT NULL,
        agent_type text,
        partition smallint CHECK (partition BETWEEN 0 AND 63),
        registered_at timestamptz,
        retired_at timestamptz,
        CHECK (retired_at IS NOT NULL OR (agent_type IS NOT NULL AND partition IS NOT NULL))
      )`);
    await runner.query('CREATE INDEX agents_partition ON agents (partition, agent_id)');
    await runner.query(`
      CREATE TABLE principal_sessions (
        principal_id text COLLATE "C" PRIMARY KEY,
        session bigint NOT NULL,
        window_ms integer NOT NULL CHECK (window_ms > 0)
      )`);
    await runner.query(`
      CREATE TABLE agent_state (
        agent_id text COLLATE "C" NOT NULL,
        partition smallint NOT NULL,
        liveness text NOT NULL CHECK (liveness IN ('online', 'late', 'offline')),
        enforcement text NOT NULL CHECK (enforcement IN ('none', 'warned', 'suspended', 'frozen')),
        enforcement_cause text CHECK (enforcement_cause IN ('silence', 'violation', 'operator')),
        work text NOT NULL CHECK (work IN ('idle', 'working', 'stalled')),
        session bigint NOT NULL,
        seq bigint NOT NULL,
        last_report_at timestamptz,
        missed integer NOT NULL,
        version integer NOT NULL,
        latest jsonb,
        PRIMARY KEY (partition, agent_id)
      ) PARTITION BY HASH (partition)`);
    for (let remainder = 0; remainder < hotPartitions; remainder += 1)
      await runner.query(`
        CREATE TABLE agent_state_${remainder} PARTITION OF agent_state
        FOR VALUES WITH (MODULUS ${hotPartitions}, REMAINDER ${remainder})
        WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)`);
    await runner.query(`
      CREATE TABLE report_history (
        agent_id text COLLATE "C" NOT NULL,
        received_at timestamptz NOT NULL,
        session bigint NOT NULL,
        seq bigint NOT NULL,
        report jsonb NOT NULL
      ) PARTITION BY RANGE (received_at)`);
    await runner.query('CREATE INDEX report_history_received_at ON report_history USING brin (received_at)');
    await runner.query(`
      CREATE TABLE partition_ownership (
        partition smallint PRIMARY KEY CHECK (partition BETWEEN 0 AND 63),
        owner text,
        epoch bigint NOT NULL DEFAULT 0,
        lease_until timestamptz NOT NULL DEFAULT '-infinity'
      ) WITH (fillfactor = 50)`);
    await runner.query('INSERT INTO partition_ownership (partition) SELECT generate_series(0, 63)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE partition_ownership, report_history, agent_state, principal_sessions, agents',
    );
  }
}
