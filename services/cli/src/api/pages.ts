/** One page, as all lists of the gateway answer. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** The most that the gateway gives at once. */
const maxPageSize = 200;

/**
 * The first `most` entries of a list, however many pages they are on. Like one large page: `next_cursor` is null only where
 * nothing was left out.
 */
export async function firstOf<Item>(
  most: number,
  from: string | undefined,
  read: (query: PageQuery) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let cursor = from;
  for (;;) {
    const limit = Math.min(maxPageSize, most - items.length);
    const page = await read(cursor === undefined ? { limit } : { cursor, limit });
    items.push(...page.items);
    // A page without entries would be asked for again and again.
    const isDone = page.next_cursor === null || page.items.length === 0 || items.length >= most;
    if (isDone) return { items, next_cursor: page.next_cursor };
    cursor = page.next_cursor ?? undefined;
  }
}
