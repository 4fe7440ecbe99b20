import type { fleetOverview, getAgentStatus, PayloadOf, ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Result } from '@ymera/kernel';
import type { OwnedFleet } from './owned-fleet';
import type { ReportingReader } from './ports';
import type { StatusCache } from './status-cache';

/** Queries that change nothing. */
export class ReadFleet {
  constructor(
    private readonly reader: ReportingReader,
    private readonly statuses: StatusCache,
    private readonly owned: OwnedFleet,
    private readonly clock: Clock,
  ) {}

  async status({
    agent_id: agentId,
  }: PayloadOf<typeof getAgentStatus>): Promise<Result<ReplyOf<typeof getAgentStatus>>> {
    const now = () => this.clock.now().getTime();
    const cached = await this.statuses.get(agentId, () => this.reader.snapshot(agentId), now());
    if (!cached) return err(failure('not_found', 'agent_not_found', `Agent ${agentId} does not exist.`));
    const { state, tasks, metrics } = cached.snapshot;
    return ok({
      agent_id: state.agentId,
      agent_type: state.agentType,
      liveness: state.liveness,
      enforcement: state.enforcement,
      work: state.work,
      last_report_at: state.lastReportAt === null ? null : new Date(state.lastReportAt).toISOString(),
      tasks: [...tasks],
      metrics: { ...metrics },
      age_ms: Math.max(0, now() - cached.readAt),
    });
  }

  overview(): Result<ReplyOf<typeof fleetOverview>> {
    const { agents, byLiveness, byType } = this.owned.fleet.counts();
    return ok({ agents, by_liveness: { ...byLiveness }, by_type: { ...byType } });
  }
}
