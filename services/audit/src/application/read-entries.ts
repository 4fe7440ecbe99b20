import type { Entry } from '../domain/entry';
import type { AuditUnitOfWork } from './ports';

export interface EntryPage {
  readonly items: readonly Entry[];
  /** Where to go on; null at the end of the log. */
  readonly nextIndex: number | null;
}

export class ReadEntries {
  constructor(private readonly unitOfWork: AuditUnitOfWork) {}

  async page(fromIndex: number, limit: number): Promise<EntryPage> {
    const found = await this.unitOfWork.run((tx) => tx.entries.read(fromIndex, limit + 1));
    const items = found.slice(0, limit);
    return { items, nextIndex: found[limit]?.index ?? null };
  }
}
