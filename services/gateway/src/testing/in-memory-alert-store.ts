import type { AlertResource } from '@ymera/contracts';
import type { AlertStore } from '../application/ports';
import type { AlertFact } from '../domain/alert';

export class InMemoryAlertStore implements AlertStore {
  private readonly alerts = new Map<string, { fact: AlertFact; resource: AlertResource }>();
  private readonly newest = new Map<string, AlertFact>();

  async apply(fact: AlertFact): Promise<void> {
    const { eventId, subject, alarm, time, traceId } = fact;
    if (fact.version > (this.newest.get(subject)?.version ?? 0)) this.newest.set(subject, fact);
    if (alarm && !this.alerts.has(eventId))
      this.alerts.set(eventId, {
        fact,
        resource: {
          ...alarm,
          alert_id: eventId,
          trace_id: traceId,
          state: 'open',
          raised_at: time.toISOString(),
          resolved_at: null,
        },
      });
    const newest = this.newest.get(subject) ?? fact;
    for (const alert of this.alerts.values())
      if (alert.fact.subject === subject && alert.fact.version < newest.version)
        alert.resource = { ...alert.resource, state: 'resolved', resolved_at: newest.time.toISOString() };
  }

  async page({ state, before, limit }: Parameters<AlertStore['page']>[0]): Promise<readonly AlertResource[]> {
    return [...this.alerts.values()]
      .map(({ resource }) => resource)
      .filter((alert) => state === 'all' || alert.state === 'open')
      .filter(({ alert_id }) => before === undefined || alert_id < before)
      .sort((a, b) => (a.alert_id < b.alert_id ? 1 : -1))
      .slice(0, limit);
  }

  async deleteOlderThan(time: Date): Promise<void> {
    for (const [id, { fact }] of this.alerts) if (fact.time < time) this.alerts.delete(id);
    for (const [subject, fact] of this.newest) if (fact.time < time) this.newest.delete(subject);
  }
}
