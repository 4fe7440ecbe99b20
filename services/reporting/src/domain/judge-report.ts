import type { AgentState } from './agent-state';

/** A violation by a principal. */
export type ViolationCode =
  'identity_missing' | 'not_owner' | 'agent_unknown' | 'session_unknown' | 'session_superseded' | 'malformed';

export type Judgement =
  | { readonly kind: 'accepted' }
  /** Seen before, or overtaken by a newer one: dropped and counted. */
  | { readonly kind: 'duplicate' }
  /** Sent while its agent was being retired; not a violation. */
  | { readonly kind: 'retired' }
  /** The broker refuses it from a principal of its own; a hosted agent is fenced here. */
  | { readonly kind: 'frozen' }
  /** About an agent or session that may not be known to this instance yet. */
  | { readonly kind: 'ahead'; readonly code: 'agent_unknown' | 'session_unknown' }
  | { readonly kind: 'violation'; readonly code: ViolationCode };

export interface ReportEvidence {
  /** The user id that the broker validated. */
  readonly principalId: string | undefined;
  /** Undefined when it is not known here. */
  readonly agent: AgentState | undefined;
  readonly isRetired: boolean;
  /** Newest session that the registry gave to the principal; 0 when none is known. */
  readonly issuedSession: number;
  readonly session: number;
  readonly seq: number;
}

/**
 * Whether a report counts. The identity is the principal that the broker validated; nothing in the report counts for
 * it. An older session is a violation only after a newer one was used: before that the report is merely late.
 */
export function judgeReport(evidence: ReportEvidence): Judgement {
  const { principalId, agent, isRetired, issuedSession, session, seq } = evidence;
  if (principalId === undefined) return { kind: 'violation', code: 'identity_missing' };
  if (isRetired) return { kind: 'retired' };
  if (!agent) return { kind: 'ahead', code: 'agent_unknown' };
  if (agent.principalId !== principalId) return { kind: 'violation', code: 'not_owner' };
  if (agent.enforcement === 'frozen') return { kind: 'frozen' };
  if (session > issuedSession) return { kind: 'ahead', code: 'session_unknown' };
  if (session < agent.session) return { kind: 'violation', code: 'session_superseded' };
  if (session === agent.session && seq <= agent.seq) return { kind: 'duplicate' };
  return { kind: 'accepted' };
}
