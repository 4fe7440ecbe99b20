import { Frontier } from '../merkle/frontier';
import { leafHash } from '../merkle/hashing';
import { dataDigest, leafText, type LoggedRecord } from './audit-record';
import type { Reasons } from './reasons';

/** Reads the entries once, in order, with memory for one of them: rebuilds the tree and checks each entry. */
export class LogWalk {
  readonly tree = new Frontier();
  #next = 0;

  constructor(private readonly reasons: Reasons) {}

  /** The index that the next entry must have. */
  get next(): number {
    return this.#next;
  }

  take(record: LoggedRecord): void {
    const { index } = record;
    const expected = this.#next;
    this.#next = Math.max(index, expected) + 1;
    if (index > expected)
      this.reasons.add(
        'entry_missing',
        `Entry ${expected} is missing: entry ${index} is in its place.`,
        expected,
      );
    else if (index < expected)
      this.reasons.add(
        'entry_out_of_order',
        `Entry ${index} is in the place of entry ${expected}.`,
        expected,
      );
    if (dataDigest(record.data) !== record.data_digest)
      this.reasons.add('data_changed', `The data of entry ${index} does not match its digest.`, index);

    const leaf = leafHash(leafText(record));
    if (leaf.toString('base64') !== record.leaf_hash)
      this.reasons.add(
        'entry_changed',
        record.leaf_hash === null
          ? `Entry ${index} has no leaf in the tree.`
          : `Entry ${index} differs from the entry that was hashed when it was recorded.`,
        index,
      );
    this.tree.append(leaf);
  }
}
