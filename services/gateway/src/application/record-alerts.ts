import { alertFacts } from '../domain/alert';
import type { AlertStore } from './ports';

/** Projects events into alerts: raises each once, or resolves it; in any order. */
export class RecordAlerts {
  constructor(private readonly store: Pick<AlertStore, 'apply'>) {}

  async execute(events: readonly Parameters<typeof alertFacts>[0][]): Promise<void> {
    for (const fact of events.flatMap(alertFacts)) await this.store.apply(fact);
  }
}
