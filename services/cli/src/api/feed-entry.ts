import type { feedEntry } from '@ymera/contracts';
import type { z } from 'zod';

export type FeedEntry = z.output<typeof feedEntry>;

/** A text field of an entry; empty where the entry has none of that name. */
export function textOf({ data }: FeedEntry, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? value : '';
}
