import type { AgentType, Liveness } from '@ymera/contracts';
import type { Time } from '../workflow/workflow';

/** What the directory knows of an agent at selection. */
export interface Candidate {
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly principalId: string;
  readonly credentialEpoch: number;
  readonly isRegistered: boolean;
  readonly liveness: Liveness;
  readonly enforcement: 'none' | 'warned' | 'suspended' | 'frozen';
  /** It did not answer an offer or let a lease expire, and has sent nothing since. */
  readonly isUnresponsive: boolean;
  /** Attempts it holds now. */
  readonly running: number;
  /** When it was last given work; undefined when it never was. */
  readonly assignedAt: Time | undefined;
  /** Attempts it may hold at once. */
  readonly slots: number;
}

export interface Need {
  readonly agentType: AgentType;
  /** Must not get it at all: an examiner that made the change itself. */
  readonly excluded: readonly string[];
  /** Failed it with an error that cannot be retried: they do not get it again. */
  readonly failed: readonly string[];
  /** Lost, declined or failed it before: only while no other agent is free. */
  readonly avoided: readonly string[];
}

export interface Selection {
  readonly chosen?: Candidate;
  /** No agent is chosen, and none will come: each that could do it has failed it. */
  readonly isExhausted: boolean;
  /** One sentence for a person. */
  readonly reason: string;
}

/**
 * Which agent gets the step: the one with the least load, then the one that has been idle for longest, then the smallest id.
 * The same facts give the same answer.
 */
export function selectAgent(candidates: readonly Candidate[], need: Need): Selection {
  const ofType = candidates.filter(
    ({ agentType, isRegistered }) => agentType === need.agentType && isRegistered,
  );
  const obstacles = ofType.map((candidate) => obstacle(candidate, need));
  const free = ofType.filter((_, index) => obstacles[index] === undefined);
  const isAvoided = ({ agentId }: Candidate): boolean => need.avoided.includes(agentId);
  const [chosen, ...others] = [...free].sort(
    (a, b) =>
      Number(isAvoided(a)) - Number(isAvoided(b)) ||
      a.running - b.running ||
      (a.assignedAt ?? 0) - (b.assignedAt ?? 0) ||
      (a.agentId < b.agentId ? -1 : 1),
  );
  if (!chosen)
    return {
      isExhausted: need.failed.length > 0 && !ofType.some((candidate) => mayTakeItLater(candidate, need)),
      reason: `No ${need.agentType} agent can take it: ${explainNoAgent(obstacles)}.`,
    };
  return {
    chosen,
    isExhausted: false,
    reason: explainSelection(chosen, others, free.filter(isAvoided), need),
  };
}

function obstacle(candidate: Candidate, need: Need): string | undefined {
  if (need.excluded.includes(candidate.agentId)) return 'made the change itself';
  if (need.failed.includes(candidate.agentId)) return 'failed it';
  if (candidate.liveness !== 'online') return candidate.liveness;
  if (candidate.enforcement !== 'none') return candidate.enforcement;
  if (candidate.isUnresponsive) return 'unresponsive';
  if (candidate.running >= candidate.slots) return 'busy';
  return undefined;
}

/** It is only busy or late, and neither barred from this step nor out of service. */
const mayTakeItLater = ({ agentId, liveness, enforcement }: Candidate, { excluded, failed }: Need): boolean =>
  !excluded.includes(agentId) &&
  !failed.includes(agentId) &&
  liveness !== 'offline' &&
  enforcement !== 'suspended' &&
  enforcement !== 'frozen';

function explainNoAgent(obstacles: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const found of obstacles) if (found) counts.set(found, (counts.get(found) ?? 0) + 1);
  if (counts.size === 0) return 'none is registered';
  return [...counts].map(([found, count]) => `${count} ${found}`).join(', ');
}

function explainSelection(
  chosen: Candidate,
  others: readonly Candidate[],
  avoided: readonly Candidate[],
  need: Need,
): string {
  const passedOver = avoided.filter(({ agentId }) => agentId !== chosen.agentId);
  const because =
    others.length === 0
      ? `the only online ${need.agentType} agent with a free slot`
      : `one of ${others.length + 1} free ${need.agentType} agents, holding ${chosen.running} task(s)`;
  const instead = passedOver.length === 0 ? '' : `; rather than ${names(passedOver)}, tried before`;
  return `${chosen.agentId} was chosen: ${because}${instead}.`;
}

const names = (candidates: readonly Candidate[]): string =>
  candidates
    .slice(0, 3)
    .map(({ agentId }) => agentId)
    .join(', ');
