import { alertFact } from '../domain/alert';
import type { AlertStore } from './ports';

/** Projects events into alerts: raises each once, or resolves it; in any order. */
export class RecordAlerts {
  constructor(private readonly store: Pick<AlertStore, 'apply'>) {}

  async execute(events: readonly Parameters<typeof alertFact>[0][]): Promise<void> {
    for (const event of events) {
      const fact = alertFact(event);
      if (fact) await this.store.apply(fact);
    }
  }
}
