import { counter, gauge } from '@ymera/observability';
import type { DeadLetterMetrics } from '../../application/dead-letter-ports';

export function prometheusDeadLetters(): DeadLetterMetrics {
  const died = counter({
    name: 'ymera_dead_letters_total',
    help: 'Dead-lettered messages by owning service and code. Normally 0.',
    labels: ['owner', 'code'],
  });
  const replayed = counter({
    name: 'ymera_dead_letters_replayed_total',
    help: 'Dead letters that an administrator replayed, by owning service.',
    labels: ['owner'],
  });
  const waiting = gauge({
    name: 'ymera_dead_letters_waiting',
    help: 'Dead letters that wait for a replay at the last pass, by owning service. Normally 0.',
    labels: ['owner'],
  });
  return {
    died: (owner, code) => died.inc({ owner, code }),
    replayed: (owner) => replayed.inc({ owner }),
    waiting: (owner, count) => waiting.set({ owner }, count),
  };
}
