import { counter, gauge, histogram } from '@ymera/observability';
import type { OrchestratorMetrics } from '../../application/ports';

export function prometheusMetrics(): OrchestratorMetrics {
  const refused = counter({
    name: 'ymera_orchestrator_results_refused_total',
    help: 'Results and heartbeats of agents that had no effect, by code',
    labels: ['code'],
  });
  const rejections = counter({
    name: 'ymera_orchestrator_step_rejections_total',
    help: 'Results of agents that rejected or failed their step, and flaky tests, by cause: change, base, infrastructure, flaky or request',
    labels: ['cause'],
  });
  const orphans = gauge({
    name: 'ymera_orchestrator_orphans',
    help: 'Steps that had nothing that would move them, at the last look; must be 0',
  });
  orphans.set(0);
  const reconciledAt = gauge({
    name: 'ymera_orchestrator_orphans_looked_at_seconds',
    help: 'Unix time of the last look for orphans; 0 before the first, and a gauge of 0 says nothing without it',
  });
  reconciledAt.set(0);
  const lateness = histogram({
    name: 'ymera_orchestrator_timer_lateness_seconds',
    help: 'From when a timer was due to when it was fired',
  });
  return {
    resultRefused: (code) => refused.inc({ code }),
    stepRejected: (cause) => rejections.inc({ cause }),
    orphans: (count) => {
      orphans.set(count);
      reconciledAt.set(Date.now() / 1000);
    },
    timerFired: (lateMs) => lateness.observe(Math.max(0, lateMs) / 1000),
  };
}
