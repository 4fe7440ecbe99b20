import type { AgentType, Liveness } from '@ymera/contracts';

export type SanctionLevel = 'none' | 'warned' | 'suspended' | 'frozen';
type Work = 'idle' | 'working' | 'stalled';

/** The state of one agent by its reports. All times are the server's, in milliseconds of Unix time. */
export interface AgentState {
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly principalId: string;
  readonly partition: number;
  readonly liveness: Liveness;
  readonly enforcement: SanctionLevel;
  readonly work: Work;
  /** Session and sequence number of the newest report; 0 before the first. */
  readonly session: number;
  readonly seq: number;
  readonly lastReportAt: number | null;
  /** When its first session was known here; reports are expected since then. Null before. */
  readonly firstSessionAt: number | null;
  /** Full windows without a report when `liveness` or `enforcement` was last decided. */
  readonly missed: number;
  /** Consecutive reports in time, since the last one that was late or the last sanction. */
  readonly goodReports: number;
  /** When its freeze was lifted last. */
  readonly liftedAt: number | null;
  /** Rises with every event about the agent. */
  readonly version: number;
}

export interface RegisteredAgent {
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly principalId: string;
  readonly partition: number;
}

/** A new agent without reports: it is offline until the first. */
export const newAgent = (agent: RegisteredAgent): AgentState => ({
  ...agent,
  liveness: 'offline',
  enforcement: 'none',
  work: 'idle',
  session: 0,
  seq: 0,
  lastReportAt: null,
  firstSessionAt: null,
  missed: 0,
  goodReports: 0,
  liftedAt: null,
  version: 0,
});

/** From when on missed reports of an agent count; null while no report is expected of it. */
export const missingSince = ({
  lastReportAt,
  firstSessionAt,
}: Pick<AgentState, 'lastReportAt' | 'firstSessionAt'>): number | null => lastReportAt ?? firstSessionAt;

/**
 * Whether no event was ever published about an agent of which reports are expected: its first report is not late yet. A
 * consumer that trusts its hello takes it for online.
 */
export const isAwaited = ({
  lastReportAt,
  firstSessionAt,
  version,
}: Pick<AgentState, 'lastReportAt' | 'firstSessionAt' | 'version'>): boolean =>
  lastReportAt === null && firstSessionAt !== null && version === 0;

export interface ReportFacts {
  readonly session: number;
  readonly seq: number;
  readonly taskCount: number;
}

/** The agent after an accepted report. A change of liveness is an event and raises the version. */
export function reported(agent: AgentState, report: ReportFacts, receivedAt: number): AgentState {
  return {
    ...agent,
    liveness: 'online',
    work: report.taskCount > 0 ? 'working' : 'idle',
    session: report.session,
    seq: report.seq,
    lastReportAt: receivedAt,
    missed: 0,
    goodReports: agent.liveness === 'online' ? agent.goodReports + 1 : 1,
    version: agent.liveness === 'online' ? agent.version : agent.version + 1,
  };
}
