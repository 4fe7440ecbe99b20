import { isAwaited, missingSince, type AgentState } from './agent-state';

export interface GroupCounts {
  /** Those that reports are expected of, and not only soon: neither frozen, nor in time with their first report. */
  readonly members: number;
  /** Members that are late or offline. */
  readonly silent: number;
}

const none: GroupCounts = { members: 0, silent: 0 };

/** What may fail at once: everything, all agents of a type, all agents of a runner. */
export const groupsOf = ({ agentType, principalId }: AgentState): readonly string[] => [
  'fleet',
  `type:${agentType}`,
  `principal:${principalId}`,
];

/** A fleet that has just said hello is no mass silence. */
const isMember = (agent: AgentState): boolean =>
  missingSince(agent) !== null && !isAwaited(agent) && agent.enforcement !== 'frozen';

/** How many of each group are silent, kept with every change. */
export class Groups {
  private readonly counts = new Map<string, GroupCounts>();

  of(group: string): GroupCounts {
    return this.counts.get(group) ?? none;
  }

  /** `before` and `after` are the same agent; undefined where it is not in the fleet. */
  changed(before: AgentState | undefined, after: AgentState | undefined): void {
    const [was, is] = [before, after].map((state) => state !== undefined && isMember(state));
    const [wasMissing, isUnresponsive] = [
      was && before?.liveness !== 'online',
      is && after?.liveness !== 'online',
    ];
    const state = after ?? before;
    if (state === undefined || (was === is && wasMissing === isUnresponsive)) return;
    for (const group of groupsOf(state)) {
      const { members, silent } = this.of(group);
      const counts = {
        members: members + Number(is) - Number(was),
        silent: silent + Number(isUnresponsive) - Number(wasMissing),
      };
      if (counts.members === 0) this.counts.delete(group);
      else this.counts.set(group, counts);
    }
  }
}
