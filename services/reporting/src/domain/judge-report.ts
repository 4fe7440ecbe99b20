import type { AgentState } from './agent-state';

/** What a principal did that it may not. */
export type ViolationCode =
  'identity_missing' | 'not_owner' | 'agent_unknown' | 'session_unknown' | 'session_superseded' | 'malformed';

export type Judgement =
  | { readonly kind: 'accepted' }
  /** Seen before, or overtaken by a newer one: dropped and counted. */
  | { readonly kind: 'duplicate' }
  /** Sent while it was being retired; nobody's fault. */
  | { readonly kind: 'retired' }
  /** The broker refuses it from a principal of its own; a hosted agent is fenced here. */
  | { readonly kind: 'frozen' }
  /** Speaks of an agent or session that this instance may not have heard of yet. */
  | { readonly kind: 'ahead'; readonly code: 'agent_unknown' | 'session_unknown' }
  | { readonly kind: 'violation'; readonly code: ViolationCode };

export interface ReportEvidence {
  /** As the broker validated it. */
  readonly principalId: string | undefined;
  /** Undefined when it is not known here. */
  readonly agent: AgentState | undefined;
  readonly isRetired: boolean;
  /** Newest session the registry gave to the principal; 0 when none is known. */
  readonly issuedSession: number;
  readonly session: number;
  readonly seq: number;
}

/**
 * Whether a report counts. Identity is the principal that the broker validated, and nothing that the report says. An
 * older session is a signal only after a newer one was used: before that it is merely late.
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
