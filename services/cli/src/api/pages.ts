/** One page of a list of the gateway. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next_cursor: string | null;
}

export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
}

/** The gateway's maximum per page. */
const maxPageSize = 200;

/**
 * The first `most` entries of a list, over any number of pages. Like one large page: `next_cursor` is null only where
 * the list ends.
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
    // An empty page ends the list: its cursor could lead to itself.
    const isDone = page.next_cursor === null || page.items.length === 0 || items.length >= most;
    if (isDone) return { items, next_cursor: page.next_cursor };
    cursor = page.next_cursor ?? undefined;
  }
}
