import type { AlertResource } from '@ymera/contracts';
import type { AlertStore } from '../application/ports';
import type { AlertFact } from '../domain/alert';

export class InMemoryAlertStore implements AlertStore {
  private readonly alerts = new Map<string, { fact: AlertFact; resource: AlertResource }>();
  private readonly newest = new Map<string, AlertFact>();

  async apply(fact: AlertFact): Promise<void> {
    const { subject, occurrences } = fact;
    const known = this.newest.get(subject);
    const isNewest = fact.version >= (known?.version ?? 0);
    if (isNewest) this.newest.set(subject, fact);
    if (occurrences === undefined) this.insert(fact);
    else if (!isNewest || this.updateOpen(fact)) return;
    else this.insert(fact);
    const newest = this.newest.get(subject) ?? fact;
    for (const alert of this.alerts.values())
      if (alert.fact.subject === subject && alert.fact.version < newest.version)
        alert.resource = {
          ...alert.resource,
          state: 'resolved',
          resolved_at: alert.resource.resolved_at ?? newest.time.toISOString(),
        };
  }

  private insert(fact: AlertFact): void {
    const { eventId, alarm, time, traceId, occurrences } = fact;
    if (!alarm || this.alerts.has(eventId)) return;
    this.alerts.set(eventId, {
      fact,
      resource: {
        ...alarm,
        alert_id: eventId,
        trace_id: traceId,
        state: 'open',
        raised_at: time.toISOString(),
        resolved_at: null,
        ...(occurrences && { occurrences }),
      },
    });
  }

  private updateOpen(fact: AlertFact): boolean {
    const open = [...this.alerts.values()].find(
      (alert) => alert.fact.subject === fact.subject && alert.resource.state === 'open',
    );
    if (!open || open.fact.version > fact.version) return false;
    const { title = open.resource.title, link = open.resource.link } = fact.alarm ?? {};
    open.fact = fact;
    open.resource = { ...open.resource, title, link, occurrences: fact.occurrences };
    return true;
  }

  async page({ state, before, limit }: Parameters<AlertStore['page']>[0]): Promise<readonly AlertResource[]> {
    return [...this.alerts.values()]
      .map(({ resource }) => resource)
      .filter((alert) => state === 'all' || alert.state === 'open')
      .filter(({ alert_id }) => before === undefined || alert_id < before)
      .sort((a, b) => (a.alert_id < b.alert_id ? 1 : -1))
      .slice(0, limit);
  }

  async resolveExpired(now: Date): Promise<void> {
    for (const alert of this.alerts.values()) {
      const { expiresAt } = alert.fact;
      if (alert.resource.state === 'open' && expiresAt && expiresAt <= now)
        alert.resource = { ...alert.resource, state: 'resolved', resolved_at: expiresAt.toISOString() };
    }
  }

  async deleteOlderThan(time: Date): Promise<void> {
    const at = time.toISOString();
    for (const [id, { resource }] of this.alerts)
      if (resource.resolved_at !== null && resource.resolved_at < at) this.alerts.delete(id);
    const open = new Set([...this.alerts.values()].map(({ fact }) => fact.subject));
    for (const [subject, fact] of this.newest)
      if (fact.time < time && !open.has(subject)) this.newest.delete(subject);
  }
}
