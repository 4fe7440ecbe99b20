import type { TimelineExtent, TimelineStore } from '../application/ports';
import { isEnd, type TimelineEntry, type TimelineFact } from '../domain/timeline';

export class InMemoryTimelineStore implements TimelineStore {
  readonly #entries: (TimelineEntry & { readonly eventId: string; readonly recordedAt: Date })[] = [];
  /** Set to make every call fail, as when the database is unavailable. */
  isUnavailable = false;

  async append(facts: readonly TimelineFact[]): Promise<void> {
    this.#check();
    for (const fact of facts) {
      if (this.#entries.some(({ eventId }) => eventId === fact.eventId)) continue;
      this.#entries.push({ ...fact, position: this.#entries.length + 1, recordedAt: new Date() });
    }
  }

  async read(requestId: string, after: number, limit: number): Promise<readonly TimelineEntry[]> {
    this.#check();
    return this.#entries
      .filter((entry) => entry.requestId === requestId && entry.position > after)
      .slice(0, limit)
      .map(({ position, type, time, data }) => ({ position, requestId, type, time, data }));
  }

  async changedSince(after: number): Promise<{ requestIds: readonly string[]; newest: number }> {
    this.#check();
    const changed = this.#entries.filter(({ position }) => position > after);
    return {
      requestIds: [...new Set(changed.map(({ requestId }) => requestId))],
      newest: changed.at(-1)?.position ?? after,
    };
  }

  async newestPosition(): Promise<number> {
    this.#check();
    return this.#entries.at(-1)?.position ?? 0;
  }

  async extentOf(requestId: string): Promise<TimelineExtent> {
    this.#check();
    const entries = this.#entries.filter((entry) => entry.requestId === requestId);
    return { newest: entries.at(-1)?.position ?? 0, endedAt: entries.find(isEnd)?.recordedAt };
  }

  async deleteOlderThan(time: Date): Promise<number> {
    const kept = this.#entries.filter(({ recordedAt }) => recordedAt >= time);
    const gone = this.#entries.length - kept.length;
    this.#entries.splice(0, this.#entries.length, ...kept);
    return gone;
  }

  #check(): void {
    if (this.isUnavailable) throw new Error('away');
  }
}
