import type { SanctionStatus } from './agent';
import { brokerAccess } from './broker-authorisation';
import type { Principal } from './principal';

type AgentSanction = Pick<SanctionStatus, 'status' | 'cause'>;
type PrincipalSanction = Pick<Principal, 'status' | 'cause'>;

/**
 * The status of a principal is derived from its agents: it is refused when none is left that may connect, and may only
 * report when none may work. Undefined without agents: the status stays unchanged.
 */
export function sanctionOf(agents: readonly AgentSanction[]): PrincipalSanction | undefined {
  if (agents.length === 0) return undefined;
  if (agents.some(({ status }) => status === 'active')) return { status: 'active', cause: null };
  const isUnresponsive = ({ status, cause }: AgentSanction): boolean =>
    status === 'suspended' && cause === 'silence';
  if (agents.some(isUnresponsive)) return { status: 'suspended', cause: 'silence' };
  return (
    agents.find(({ status }) => status === 'frozen') ?? {
      status: 'suspended',
      cause: 'violation',
    }
  );
}

/**
 * `closeUntil`: until when the broker may use a cached permission, so that connections are closed repeatedly. The
 * identical object when nothing changes.
 */
export function derivePrincipalStatus(
  principal: Principal,
  agents: readonly AgentSanction[],
  closeUntil: Date,
): Principal {
  const next = sanctionOf(agents);
  if (!next || principal.status === 'retired') return principal;
  if (next.status === principal.status && next.cause === principal.cause) return principal;
  const isDenied = brokerAccess(next) === 'none';
  const wasDenied = brokerAccess(principal) === 'none';
  return {
    ...principal,
    ...next,
    credentialEpoch: principal.credentialEpoch + Number(isDenied && !wasDenied),
    closeUntil: isDenied ? (wasDenied ? principal.closeUntil : closeUntil) : null,
    version: principal.version + 1,
  };
}
