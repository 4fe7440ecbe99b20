import { counter, gauge, histogram } from '@ymera/observability';
import type { OwnedFleet } from '../application/owned-fleet';
import type { ReportingMetrics } from '../application/ports';
import type { WatchSuppressions } from '../application/watch-suppressions';

export function reportingMetrics(): ReportingMetrics {
  const reports = counter({
    name: 'ymera_reports_total',
    help: 'Reports of agents by outcome. Normally almost all are accepted.',
    labels: ['outcome'],
  });
  const violations = counter({
    name: 'ymera_violations_total',
    help: 'Violations by principals, by code. Normally 0.',
    labels: ['code'],
  });
  const suppressed = counter({
    name: 'ymera_signals_suppressed_total',
    help: 'Signals above the budget of their source, which were not published. Normally 0.',
    labels: ['signal'],
  });
  const changes = counter({
    name: 'ymera_agent_liveness_changes_total',
    help: 'Agents that became online, late or offline, by new liveness.',
    labels: ['to'],
  });
  const steps = counter({
    name: 'ymera_enforcement_changes_total',
    help: 'Changes of sanction level, by old and new level.',
    labels: ['from', 'to'],
  });
  const lag = histogram({
    name: 'ymera_enforcement_lag_seconds',
    help: 'Time from an escalation being due to its commit, in seconds. Normally below 1.',
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

/** The state in memory, read at each scrape. */
export function fleetGauges(owned: OwnedFleet, holds: WatchSuppressions): void {
  gauge({
    name: 'ymera_agents',
    help: 'Agents of the partitions held by this instance, by liveness.',
    labels: ['liveness'],
    collect: (self) => {
      for (const [liveness, count] of Object.entries(owned.fleet.counts().byLiveness))
        self.set({ liveness }, count);
    },
  });
  gauge({
    name: 'ymera_report_partitions_held',
    help: 'Report partitions held by this instance. Over all instances, normally all.',
    collect: (self) => self.set(owned.partitions.length),
  });
  gauge({
    name: 'ymera_report_partitions_behind',
    help: 'Report partitions held by this instance whose reports are delayed: their agents are not escalated. Normally 0.',
    collect: (self) => self.set(owned.behind),
  });
  gauge({
    name: 'ymera_ingest_healthy',
    help: '1 while missed reports count, 0 while our own intake is not proven healthy. Normally 1.',
    collect: (self) => self.set(owned.health.healthySince === null ? 0 : 1),
  });
  gauge({
    name: 'ymera_agents_by_enforcement',
    help: 'Agents of the partitions held by this instance, by sanction level.',
    labels: ['level'],
    collect: (self) => {
      for (const [level, count] of Object.entries(owned.fleet.counts().byEnforcement))
        self.set({ level }, count);
    },
  });
  gauge({
    name: 'ymera_enforcement_held',
    help: '1 while sanctions are suppressed for this reason. Normally absent.',
    labels: ['reason'],
    collect: (self) => {
      self.reset();
      if (holds.current) self.set({ reason: holds.current.cause.reason }, 1);
    },
  });
}
