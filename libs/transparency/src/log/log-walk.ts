import { Frontier } from '../merkle/frontier';
import { leafHash } from '../merkle/hashing';
import { dataDigest, leafText, type LoggedRecord } from './audit-record';
import type { Reasons } from './reasons';

/** Goes through the entries once, in order, with memory for one of them: makes the tree again and judges each entry. */
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
        `Entry ${expected} is missing: ${index} stands in its place.`,
        expected,
      );
    else if (index < expected)
      this.reasons.add('entry_out_of_order', `Entry ${index} stands where ${expected} belongs.`, expected);
    if (dataDigest(record.data) !== record.data_digest)
      this.reasons.add('data_changed', `Entry ${index}: its data is not what its digest was made of.`, index);

    const leaf = leafHash(leafText(record));
    if (leaf.toString('base64') !== record.leaf_hash)
      this.reasons.add(
        'entry_changed',
        record.leaf_hash === null
          ? `Entry ${index} is not in the tree.`
          : `Entry ${index} is not what was hashed when it was recorded.`,
        index,
      );
    this.tree.append(leaf);
  }
}
