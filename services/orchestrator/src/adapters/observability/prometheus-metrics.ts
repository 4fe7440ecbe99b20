import { counter, gauge, histogram } from '@ymera/observability';
import type { OrchestratorMetrics } from '../../application/ports';

export function prometheusMetrics(): OrchestratorMetrics {
  const refused = counter({
    name: 'ymera_orchestrator_results_refused_total',
    help: 'Results and heartbeats of agents that had no effect, by code',
    labels: ['code'],
  });
  const orphans = gauge({
    name: 'ymera_orchestrator_orphans',
    help: 'Steps that had nothing that would move them, at the last look; must be 0',
  });
  orphans.set(0);
  const lateness = histogram({
    name: 'ymera_orchestrator_timer_lateness_seconds',
    help: 'From when a timer was due to when it was fired',
  });
  return {
    resultRefused: (code) => refused.inc({ code }),
    orphans: (count) => orphans.set(count),
    timerFired: (lateMs) => lateness.observe(Math.max(0, lateMs) / 1000),
  };
}
