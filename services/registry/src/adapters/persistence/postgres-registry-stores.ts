import type { SqlExecutor } from '@ymera/persistence';
import type {
  AgentStore,
  CredentialStore,
  EnrolmentStore,
  IdempotencyStore,
  PrincipalStore,
  RegistryStores,
} from '../../application/ports';
import type { Agent } from '../../domain/agent';
import {
  agentColumns,
  agentOf,
  enrolmentColumns,
  principalColumns,
  type AgentRow,
  type EnrolmentRow,
  type PrincipalRow,
} from './rows';

export const registryStores = (sql: SqlExecutor): RegistryStores => ({
  enrolments: enrolmentStore(sql),
  principals: principalStore(sql),
  credentials: credentialStore(sql),
  agents: agentStore(sql),
  idempotency: idempotencyStore(sql),
});

const enrolmentStore = (sql: SqlExecutor): EnrolmentStore => ({
  async add(enrolment) {
    await sql.query(
      `INSERT INTO enrolments (key_id, kind, mac, pepper_version, created_by, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        enrolment.keyId,
        enrolment.kind,
        enrolment.mac,
        enrolment.pepperVersion,
        enrolment.createdBy,
        enrolment.createdAt,
        enrolment.expiresAt,
      ],
    );
  },
  async find(keyId) {
    const [row] = await sql.query<EnrolmentRow>(
      `SELECT ${enrolmentColumns} FROM enrolments WHERE key_id = $1`,
      [keyId],
    );
    return row;
  },
  /** The row lock makes a second transaction wait, and then see that the token is spent. */
  async spend(keyId, spentBy, at) {
    const rows = await sql.query(
      `UPDATE enrolments SET spent_by = $2, spent_at = $3
       WHERE key_id = $1 AND spent_by IS NULL AND expires_at > $3 RETURNING key_id`,
      [keyId, spentBy, at],
    );
    return rows.length === 1;
  },
});

const principalStore = (sql: SqlExecutor): PrincipalStore => ({
  async add(principal) {
    const rows = await sql.query(
      `INSERT INTO principals (principal_id, partition, status, cause, credential_epoch, session, last_hello_id,
         agent_count, serves_one_agent, provisioning, removal_until, enrolled_by, enrolled_at, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
       ON CONFLICT (principal_id) DO NOTHING RETURNING principal_id`,
      [
        principal.principalId,
        principal.partition,
        principal.status,
        principal.cause,
        principal.credentialEpoch,
        principal.session,
        principal.lastHelloId,
        principal.agentCount,
        principal.servesOneAgent,
        principal.provisioning,
        principal.removalUntil,
        principal.enrolledBy,
        principal.enrolledAt,
        principal.version,
      ],
    );
    return rows.length === 1;
  },
  async lock(principalId) {
    const [row] = await sql.query<PrincipalRow>(
      `SELECT ${principalColumns} FROM principals WHERE principal_id = $1 FOR UPDATE`,
      [principalId],
    );
    return row;
  },
  async save(principal) {
    await sql.query(
      `UPDATE principals SET partition = $2, status = $3, cause = $4, credential_epoch = $5, session = $6,
         last_hello_id = $7, agent_count = $8, provisioning = $9, removal_until = $10, version = $11, close_until = $12
       WHERE principal_id = $1`,
      [
        principal.principalId,
        principal.partition,
        principal.status,
        principal.cause,
        principal.credentialEpoch,
        principal.session,
        principal.lastHelloId,
        principal.agentCount,
        principal.provisioning,
        principal.removalUntil,
        principal.version,
        principal.closeUntil,
      ],
    );
  },
  async settleClosing(principalId, closeUntil) {
    await sql.query('UPDATE principals SET close_until = NULL WHERE principal_id = $1 AND close_until = $2', [
      principalId,
      closeUntil,
    ]);
  },
  async settleProvisioning(principalId, from, to) {
    await sql.query('UPDATE principals SET provisioning = $3 WHERE principal_id = $1 AND provisioning = $2', [
      principalId,
      from,
      to,
    ]);
  },
});

const credentialStore = (sql: SqlExecutor): CredentialStore => ({
  async add(credential) {
    await sql.query(
      `INSERT INTO credentials (key_id, principal_id, mac, pepper_version, created_at, expires_at, revoked_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        credential.keyId,
        credential.principalId,
        credential.mac,
        credential.pepperVersion,
        credential.createdAt,
        credential.expiresAt,
        credential.revokedAt,
      ],
    );
  },
  async revokeAll(principalId, at) {
    await sql.query('UPDATE credentials SET revoked_at = $2 WHERE principal_id = $1 AND revoked_at IS NULL', [
      principalId,
      at,
    ]);
  },
});

const agentStore = (sql: SqlExecutor): AgentStore => ({
  async add(agent) {
    const rows = await sql.query(
      `INSERT INTO agents (agent_id, principal_id, agent_type, capabilities, config, status, created_at, version,
         standing, standing_cause, standing_reason, standing_by, standing_at, credential_epoch, enforcement_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
       ON CONFLICT (agent_id) DO NOTHING RETURNING agent_id`,
      [
        agent.agentId,
        agent.principalId,
        agent.agentType,
        agent.capabilities,
        JSON.stringify(agent.config),
        agent.status,
        agent.createdAt,
        agent.version,
        ...sanctionValues(agent),
      ],
    );
    return rows.length === 1;
  },
  async lock(agentId) {
    const [row] = await sql.query<AgentRow>(
      `SELECT ${agentColumns} FROM agents WHERE agent_id = $1 FOR UPDATE`,
      [agentId],
    );
    return row && agentOf(row);
  },
  async save(agent) {
    await sql.query(
      `UPDATE agents SET capabilities = $2, config = $3, status = $4, retired_at = $5, retired_by = $6,
         retirement_reason = $7, version = $8, standing = $9, standing_cause = $10, standing_reason = $11,
         standing_by = $12, standing_at = $13, credential_epoch = $14, enforcement_version = $15
       WHERE agent_id = $1`,
      [
        agent.agentId,
        agent.capabilities,
        JSON.stringify(agent.config),
        agent.status,
        agent.retirement?.at ?? null,
        agent.retirement?.by ?? null,
        agent.retirement?.reason ?? null,
        agent.version,
        ...sanctionValues(agent),
      ],
    );
  },
  async activeAmong(principalId, agentIds) {
    const rows = await sql.query<{ agent_id: string }>(
      `SELECT agent_id FROM agents
       WHERE principal_id = $1 AND agent_id = ANY ($2) AND status = 'active' ORDER BY agent_id`,
      [principalId, agentIds],
    );
    return rows.map(({ agent_id }) => agent_id);
  },
  sanctionsOf(principalId) {
    return sql.query(
      `SELECT DISTINCT standing AS status, standing_cause AS cause FROM agents
       WHERE principal_id = $1 AND status = 'active' ORDER BY 1, 2`,
      [principalId],
    );
  },
});

const sanctionValues = ({ standing, credentialEpoch, enforcementVersion }: Agent): readonly unknown[] => [
  standing.status,
  standing.cause,
  standing.reason,
  standing.changedBy,
  standing.changedAt,
  credentialEpoch,
  enforcementVersion,
];

const idempotencyStore = (sql: SqlExecutor): IdempotencyStore => ({
  /** The unique key makes a concurrent transaction wait for the first one's answer. An expired row is taken over. */
  async claim({ scope, keyHash }, { requestDigest, now, expiresAt }) {
    const claimed = await sql.query(
      `INSERT INTO idempotent_answers AS answer (scope, key_hash, request_digest, sealed_reply, expires_at)
       VALUES ($1, $2, $3, '', $4)
       ON CONFLICT (scope, key_hash) DO UPDATE
         SET request_digest = excluded.request_digest, sealed_reply = '', expires_at = excluded.expires_at
         WHERE answer.expires_at <= $5
       RETURNING scope`,
      [scope, keyHash, requestDigest, expiresAt, now],
    );
    if (claimed.length === 1) return undefined;
    const [row] = await sql.query<{ requestDigest: string; sealedReply: string }>(
      `SELECT request_digest AS "requestDigest", sealed_reply AS "sealedReply"
       FROM idempotent_answers WHERE scope = $1 AND key_hash = $2`,
      [scope, keyHash],
    );
    return row;
  },
  async answer({ scope, keyHash }, sealedReply) {
    await sql.query('UPDATE idempotent_answers SET sealed_reply = $3 WHERE scope = $1 AND key_hash = $2', [
      scope,
      keyHash,
      sealedReply,
    ]);
  },
});
