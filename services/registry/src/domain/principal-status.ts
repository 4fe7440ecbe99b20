import type { SanctionStatus } from './agent';
import { brokerAccess } from './broker-authorisation';
import type { Principal } from './principal';

type AgentSanction = Pick<SanctionStatus, 'status' | 'cause'>;
type PrincipalSanction = Pick<Principal, 'status' | 'cause'>;

/**
 * What a principal may do follows from its agents: it is refused when there is none left that may come in, and may only
 * report when none may work. Undefined when it has no agents: then it stays what it was.
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
 * `closeUntil`: until when the broker may still believe what it has cached, so that connections are closed again and again.
 * The very same object when nothing changes.
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
