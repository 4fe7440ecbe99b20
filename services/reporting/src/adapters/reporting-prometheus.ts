import { counter, gauge, histogram } from '@ymera/observability';
import type { OwnedFleet } from '../application/owned-fleet';
import type { ReportingMetrics } from '../application/ports';
import type { WatchSuppressions } from '../application/watch-suppressions';

export function reportingMetrics(): ReportingMetrics {
  const reports = counter({
    name: 'ymera_reports_total',
    help: 'Reports of agents, by what became of them.',
    labels: ['outcome'],
  });
  const violations = counter({
    name: 'ymera_violations_total',
    help: 'What principals tried and may not.',
    labels: ['code'],
  });
  const suppressed = counter({
    name: 'ymera_signals_suppressed_total',
    help: 'Signals above the budget of their source.',
    labels: ['signal'],
  });
  const changes = counter({
    name: 'ymera_agent_liveness_changes_total',
    help: 'Agents that became online, late or offline.',
    labels: ['to'],
  });
  const steps = counter({
    name: 'ymera_enforcement_changes_total',
    help: 'Steps of agents on the ladder.',
    labels: ['from', 'to'],
  });
  const lag = histogram({
    name: 'ymera_enforcement_lag_seconds',
    help: 'From the moment a step up the ladder was due until it was committed.',
  });
  return {
    reports: (outcome, count) => reports.inc({ outcome }, count),
    violation: (code) => violations.inc({ code }),
    suppressed: (signal, count) => suppressed.inc({ signal }, count),
    livenessChanged: (to, count) => changes.inc({ to }, count),
    enforcementChanged: (from, to) => steps.inc({ from, to }),
    sanctioned: (lagMs) => lag.observe(lagMs / 1000),
  };
}

/** What is held in memory, read at each scrape. */
export function fleetGauges(owned: OwnedFleet, holds: WatchSuppressions): void {
  gauge({
    name: 'ymera_agents',
    help: 'Agents of the partitions held here.',
    labels: ['liveness'],
    collect: (self) => {
      for (const [liveness, count] of Object.entries(owned.fleet.counts().byLiveness))
        self.set({ liveness }, count);
    },
  });
  gauge({
    name: 'ymera_report_partitions_held',
    help: 'Report partitions held here.',
    collect: (self) => self.set(owned.partitions.length),
  });
  gauge({
    name: 'ymera_report_partitions_behind',
    help: 'Report partitions held here in which reports wait: silence counts for none of their agents.',
    collect: (self) => self.set(owned.behind),
  });
  gauge({
    name: 'ymera_ingest_healthy',
    help: '1 while silence of agents counts, 0 while the fault may be ours.',
    collect: (self) => self.set(owned.health.healthySince === null ? 0 : 1),
  });
  gauge({
    name: 'ymera_agents_by_enforcement',
    help: 'Agents of the partitions held here, by level of the ladder.',
    labels: ['level'],
    collect: (self) => {
      for (const [level, count] of Object.entries(owned.fleet.counts().byEnforcement))
        self.set({ level }, count);
    },
  });
  gauge({
    name: 'ymera_enforcement_held',
    help: '1 while sanctions are kept back for this reason.',
    labels: ['reason'],
    collect: (self) => {
      self.reset();
      if (holds.current) self.set({ reason: holds.current.cause.reason }, 1);
    },
  });
}
