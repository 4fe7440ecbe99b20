import { Frontier, leafHash, leafText, type Hash, type LoggedRecord } from '@ymera/transparency';
import type { CheckpointLog, EntryLog, EntryReader, LogReader, LogSizes } from '../application/ports';
import type { AuditEntry, EntryContent } from '../domain/audit-entry';
import { place, recordOf } from '../domain/placement';

export interface AuditState {
  readonly entries: AuditEntry[];
  readonly notes: { readonly size: number; readonly note: string }[];
}

export const emptyState = (): AuditState => ({ entries: [], notes: [] });

/** Rebuilds its tree on every call: it cannot be out of date. */
export class InMemoryAuditLog implements EntryLog, CheckpointLog, EntryReader, LogReader {
  constructor(private readonly state: AuditState) {}

  async append(contents: readonly EntryContent[]): Promise<number> {
    const { entries } = this.state;
    const fresh = contents.filter(({ eventId }) => !entries.some((entry) => entry.eventId === eventId));
    entries.push(...place(fresh, this.#tree(entries.length)).entries);
    return fresh.length;
  }

  async read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]> {
    return this.state.entries.slice(fromIndex, fromIndex + limit);
  }

  async records(fromIndex: number, limit: number): Promise<readonly LoggedRecord[]> {
    return this.state.entries.slice(fromIndex, fromIndex + limit).map((entry) => {
      const record = recordOf(entry);
      return { ...record, leaf_hash: leafHash(leafText(record)).toString('base64') };
    });
  }

  async hold(): Promise<LogSizes> {
    return { entries: this.state.entries.length, leaves: this.state.entries.length };
  }

  async rootOf(size: number): Promise<Hash> {
    return this.#tree(size).root();
  }

  async newest(): Promise<string | undefined> {
    return this.state.notes.at(-1)?.note;
  }

  newestCheckpoint(): Promise<string | undefined> {
    return this.newest();
  }

  async checkpoints(fromSize: number, limit: number): Promise<readonly { size: number; note: string }[]> {
    return this.state.notes.filter(({ size }) => size >= fromSize).slice(0, limit);
  }

  async add(size: number, note: string): Promise<void> {
    this.state.notes.push({ size, note });
  }

  #tree(size: number): Frontier {
    const tree = new Frontier();
    place(this.state.entries.slice(0, size), tree);
    return tree;
  }
}
