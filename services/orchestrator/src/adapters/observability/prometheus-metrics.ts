import { counter, gauge, histogram } from '@ymera/observability';
import type { OrchestratorMetrics } from '../../application/ports';

export function prometheusMetrics(): OrchestratorMetrics {
  const refused = counter({
    name: 'ymera_orchestrator_results_refused_total',
    help: 'Results and heartbeats of agents without effect, by code. Some fenced ones are normal after a lost lease.',
    labels: ['code'],
  });
  const rejections = counter({
    name: 'ymera_orchestrator_step_rejections_total',
    help: 'Results that rejected or failed a step, and flaky tests, by cause: change, base, infrastructure, flaky or request.',
    labels: ['cause'],
  });
  const orphans = gauge({
    name: 'ymera_orchestrator_orphans',
    help: 'Steps without a pending timer, found by the last reconciliation. Must be 0.',
  });
  orphans.set(0);
  const reconciledAt = gauge({
    name: 'ymera_orchestrator_orphans_looked_at_seconds',
    help: 'Unix time of the last reconciliation, in seconds; 0 before the first. Normally seconds ago; orphans count only with it.',
  });
  reconciledAt.set(0);
  const lateness = histogram({
    name: 'ymera_orchestrator_timer_lateness_seconds',
    help: 'Time from a timer being due to being fired, in seconds. Normally below 1.',
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
