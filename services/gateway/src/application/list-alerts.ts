import type { AlertResource } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { AlertStore } from './ports';

export interface AlertFilter {
  readonly state: 'open' | 'all';
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface AlertPage {
  readonly items: readonly AlertResource[];
  readonly next_cursor: string | null;
}

const cursorFormat = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class ListAlerts {
  constructor(private readonly store: Pick<AlertStore, 'page'>) {}

  async execute({ state, cursor, limit }: AlertFilter): Promise<Result<AlertPage>> {
    if (cursor !== undefined && !cursorFormat.test(cursor))
      return err(failure('validation', 'cursor_invalid', 'A cursor is sent back as it was given.'));
    const found = await this.store.page({ state, cursor, limit: limit + 1 });
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return ok({ items, next_cursor: found.length > limit && last ? last.alert_id : null });
  }
}
