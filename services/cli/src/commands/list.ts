import { type Command, InvalidArgumentError, Option } from 'commander';
import { firstOf, type Page, type PageQuery } from '../api/pages';
import { type ConnectionOptions, withConnection } from './connection';
import { print, table } from './print';

/** As much as a person reads. */
const defaultLimit = 200;
/** A list is kept in memory until it is shown. */
const maxLimit = 10_000;

export interface ListOptions extends ConnectionOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** The options that every list has. */
export const withList = (command: Command): Command =>
  withConnection(command)
    .addOption(
      new Option('--limit <count>', `at most so many, up to ${maxLimit}`)
        .argParser(entries)
        .default(defaultLimit),
    )
    .option('--cursor <cursor>', 'go on where a list before was cut off');

/** Follows the pages, and prints the cursor where the list continues beyond its limit. */
export async function printList<Item>(
  options: ListOptions,
  none: string,
  read: (query: PageQuery) => Promise<Page<Item>>,
  rowOf: (item: Item) => readonly string[],
): Promise<void> {
  const { limit, cursor } = options;
  const list = await firstOf(limit, cursor, read);
  const words = list.items.length === 0 ? none : table(list.items.map(rowOf));
  const more =
    list.next_cursor === null
      ? ''
      : `\n\nThere is more: a higher --limit shows it, or go on with\n  --cursor ${list.next_cursor}`;
  print(options, list, words + more);
}

function entries(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > maxLimit)
    throw new InvalidArgumentError(`Use a whole number from 1 to ${maxLimit}.`);
  return count;
}
