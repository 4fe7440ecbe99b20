import { err, failure, ok, type Failure, type Result } from '@ymera/kernel';
import { z } from 'zod';

/** Of the text of a cursor. A cursor of another version is refused; its list is then read from the beginning. */
const version = 1;

export interface Page<Item> {
  readonly items: Item[];
  readonly next_cursor: string | null;
}

/** The cursors of one list. A position is the sort key of the last entry of a page. */
export interface PageCursor<Position> {
  encode(position: Position): string;
  /** Undefined: from the beginning. `cursor_invalid` for every text that `encode` of this list has not created. */
  decode(cursor: string | undefined): Result<Position | undefined>;
  /**
   * A page of `found`. Query the store for one entry more than `limit`: the extra one shows that there is a next page.
   */
  page<Item>(found: readonly Item[], limit: number, positionOf: (last: Item) => Position): Page<Item>;
}

const message = 'Invalid cursor. Use next_cursor of the previous page.';

const cursorInvalid: Failure = failure('validation', 'cursor_invalid', message, {
  suggestion: 'Leave cursor out to read from the beginning.',
  details: { errors: [{ path: 'query.cursor', message }] },
});

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * Cursors are opaque to clients and validated on return: base64url of version, list and position. They are neither
 * secret nor signed, because a forged one only selects where a list begins that its caller may read anyway.
 */
export function pageCursor<Position>(list: string, position: z.ZodType<Position>): PageCursor<Position> {
  const content = z.tuple([z.literal(version), z.literal(list), position]);
  const encode = (value: Position): string =>
    Buffer.from(JSON.stringify([version, list, value])).toString('base64url');
  return {
    encode,
    decode(cursor) {
      if (cursor === undefined) return ok(undefined);
      const parsed = content.safeParse(parsedJson(Buffer.from(cursor, 'base64url').toString()));
      if (!parsed.success) return err(cursorInvalid);
      const value = parsed.data[2];
      // Also refuses text that decodes leniently (other padding, other alphabet, spaces): no cursor was ever encoded
      // so.
      return encode(value) === cursor ? ok(value) : err(cursorInvalid);
    },
    page(found, limit, positionOf) {
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const hasMore = found.length > limit && last !== undefined;
      return { items, next_cursor: hasMore ? encode(positionOf(last)) : null };
    },
  };
}
