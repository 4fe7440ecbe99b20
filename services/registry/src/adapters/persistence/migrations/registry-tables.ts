import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ids sort by their bytes (`COLLATE "C"`), as the application sorts them. The agent's reference to its principal is
 * checked at commit: a registration writes the agent first.
 */
export class RegistryTables1764000000000 implements MigrationInterface {
  readonly name = 'RegistryTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE principals (
        principal_id text COLLATE "C" PRIMARY KEY,
        partition smallint NOT NULL CHECK (partition BETWEEN 0 AND 63),
        status text NOT NULL CHECK (status IN ('active', 'suspended', 'frozen', 'retired')),
        cause text CHECK (cause IN ('silence', 'violation', 'operator')),
        credential_epoch integer NOT NULL CHECK (credential_epoch >= 1),
        session bigint NOT NULL CHECK (session >= 0),
        last_hello_id text,
        agent_count integer NOT NULL CHECK (agent_count >= 0),
        serves_one_agent boolean NOT NULL,
        provisioning text NOT NULL
          CHECK (provisioning IN ('declare_pending', 'declared', 'remove_pending', 'removed')),
        removal_until timestamptz,
        enrolled_by text NOT NULL,
        enrolled_at timestamptz NOT NULL,
        version integer NOT NULL
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE INDEX principals_unprovisioned ON principals (principal_id)
      WHERE provisioning IN ('declare_pending', 'remove_pending')`);
    await runner.query(`
      CREATE TABLE credentials (
        key_id text PRIMARY KEY,
        principal_id text COLLATE "C" NOT NULL REFERENCES principals,
        mac text NOT NULL,
        pepper_version smallint NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz
      )`);
    await runner.query('CREATE INDEX credentials_principal ON credentials (principal_id)');
    await runner.query(`
      CREATE TABLE agents (
        agent_id text COLLATE "C" PRIMARY KEY,
        principal_id text COLLATE "C" NOT NULL REFERENCES principals DEFERRABLE INITIALLY DEFERRED,
        agent_type text NOT NULL,
        capabilities text[] NOT NULL,
        config jsonb NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'retired')),
        created_at timestamptz NOT NULL,
        retired_at timestamptz,
        retired_by text,
        retirement_reason text,
        version integer NOT NULL,
        CHECK ((status = 'retired') = (retired_at IS NOT NULL))
      )`);
    await runner.query('CREATE INDEX agents_principal ON agents (principal_id, agent_id)');
    await runner.query('CREATE INDEX agents_type ON agents (agent_type, agent_id)');
    await runner.query(`
      CREATE TABLE enrolments (
        key_id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('principal', 'agent')),
        mac text NOT NULL,
        pepper_version smallint NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        spent_by text,
        spent_at timestamptz
      )`);
    await runner.query('CREATE INDEX enrolments_expires_at ON enrolments (expires_at)');
    await runner.query(`
      CREATE TABLE idempotent_answers (
        scope text NOT NULL,
        key_hash text NOT NULL,
        request_digest text NOT NULL,
        sealed_reply text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (scope, key_hash)
      )`);
    await runner.query('CREATE INDEX idempotent_answers_expires_at ON idempotent_answers (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_answers, enrolments, agents, credentials, principals');
  }
}
