import { isAwaited, missingSince, type AgentState } from './agent-state';

export interface GroupCounts {
  /** Members of which reports are due: neither frozen, nor within the time for their first report. */
  readonly members: number;
  /** Members that are late or offline. */
  readonly silent: number;
}

const none: GroupCounts = { members: 0, silent: 0 };

/** Units that may fail at once: all agents, all of a type, all of a runner. */
export const groupsOf = ({ agentType, principalId }: AgentState): readonly string[] => [
  'fleet',
  `type:${agentType}`,
  `principal:${principalId}`,
];

/** A fleet that has just said hello is not an outage. */
const isMember = (agent: AgentState): boolean =>
  missingSince(agent) !== null && !isAwaited(agent) && agent.enforcement !== 'frozen';

/** Silent members of each group, updated with every change. */
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
