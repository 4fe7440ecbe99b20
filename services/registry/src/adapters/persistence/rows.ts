import type { Agent } from '../../domain/agent';
import type { Credential } from '../../domain/credential';
import type { Enrolment } from '../../domain/enrolment';
import type { Principal } from '../../domain/principal';

/**
 * Select lists that name columns as the domain does, so that a row is the domain's object. Written once: a column that
 * is missing here is missing everywhere, and the store's tests notice it.
 */
export const principalColumns = `
  principal_id AS "principalId", partition, status, cause, credential_epoch AS "credentialEpoch", session,
  last_hello_id AS "lastHelloId", agent_count AS "agentCount", serves_one_agent AS "servesOneAgent", provisioning,
  removal_until AS "removalUntil", close_until AS "closeUntil", enrolled_by AS "enrolledBy", enrolled_at AS "enrolledAt", version`;

export const credentialColumns = `
  key_id AS "keyId", principal_id AS "principalId", mac, pepper_version AS "pepperVersion",
  created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt"`;

export const enrolmentColumns = `
  key_id AS "keyId", kind, mac, pepper_version AS "pepperVersion", created_by AS "createdBy",
  created_at AS "createdAt", expires_at AS "expiresAt", spent_by AS "spentBy"`;

export const agentColumns = `
  agent_id AS "agentId", principal_id AS "principalId", agent_type AS "agentType", capabilities, config, status,
  created_at AS "createdAt", retired_at AS "retiredAt", retired_by AS "retiredBy",
  retirement_reason AS "retirementReason", standing AS "standingStatus", standing_cause AS "standingCause",
  standing_reason AS "standingReason", standing_by AS "standingBy", standing_at AS "standingAt",
  credential_epoch AS "credentialEpoch", enforcement_version AS "enforcementVersion", version`;

export type PrincipalRow = Principal;
export type CredentialRow = Credential;
export type EnrolmentRow = Enrolment;

export type AgentRow = Omit<Agent, 'retirement' | 'standing'> & {
  readonly retiredAt: Date | null;
  readonly retiredBy: string | null;
  readonly retirementReason: string | null;
  readonly standingStatus: Agent['standing']['status'];
  readonly standingCause: Agent['standing']['cause'];
  readonly standingReason: string;
  readonly standingBy: string;
  readonly standingAt: Date;
};

export function agentOf({
  retiredAt,
  retiredBy,
  retirementReason,
  standingStatus: status,
  standingCause: cause,
  standingReason: reason,
  standingBy: changedBy,
  standingAt: changedAt,
  ...agent
}: AgentRow): Agent {
  const retirement = retiredAt && { at: retiredAt, by: retiredBy ?? '', reason: retirementReason ?? '' };
  return { ...agent, retirement, standing: { status, cause, reason, changedBy, changedAt } };
}
