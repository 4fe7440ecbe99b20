import { type AlertResource, type Page, pageCursor, uuid } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { AlertStore } from './ports';

export interface AlertFilter {
  readonly state: 'open' | 'all';
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const cursors = pageCursor('alerts', uuid);

export class ListAlerts {
  constructor(private readonly store: Pick<AlertStore, 'page'>) {}

  async execute({ state, cursor, limit }: AlertFilter): Promise<Result<Page<AlertResource>>> {
    const before = cursors.decode(cursor);
    if (!before.ok) return before;
    const found = await this.store.page({ state, before: before.value, limit: limit + 1 });
    return ok(cursors.page(found, limit, ({ alert_id }) => alert_id));
  }
}
