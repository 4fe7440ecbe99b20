import { counter, gauge } from '@ymera/observability';
import type { DeadLetterMetrics } from '../../application/dead-letter-ports';

export function prometheusDeadLetters(): DeadLetterMetrics {
  const died = counter({
    name: 'ymera_dead_letters_total',
    help: 'Messages that went dead, by the service whose they were and by why',
    labels: ['owner', 'code'],
  });
  const replayed = counter({
    name: 'ymera_dead_letters_replayed_total',
    help: 'Dead messages that an administrator sent back',
    labels: ['owner'],
  });
  const waiting = gauge({
    name: 'ymera_dead_letters_waiting',
    help: 'Dead messages that nobody has sent back yet, at the last look',
    labels: ['owner'],
  });
  return {
    died: (owner, code) => died.inc({ owner, code }),
    replayed: (owner) => replayed.inc({ owner }),
    waiting: (owner, count) => waiting.set({ owner }, count),
  };
}
