import { emptyRoot, nodeHash, type Hash } from './hashing';

/** A perfect subtree: `level` 0 are the leaves, node `index` of level l covers the leaves from index * 2^l on. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends NodePlace {
  readonly hash: Hash;
}

/** The perfect subtrees that a tree of this size consists of, largest first: one for each bit of the size. */
export function peaksOf(size: number): readonly NodePlace[] {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`not a tree size: ${size}`);
  const peaks: NodePlace[] = [];
  // Without bit operators, which end at 32 bits.
  for (let level = 0, rest = size; rest > 0; level += 1, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) peaks.unshift({ level, index: rest - 1 });
  return peaks;
}

/** The right edge of a growing tree: all that is needed to append and to compute the root. */
export class Frontier {
  #size = 0;
  #peaks: Hash[] = [];

  /** Restores a tree from the hashes of `peaksOf(size)`, in that order. */
  static of(size: number, peaks: readonly Hash[]): Frontier {
    if (peaks.length !== peaksOf(size).length)
      throw new RangeError(`a tree of ${size} leaves does not have ${peaks.length} peaks`);
    const frontier = new Frontier();
    frontier.#size = size;
    frontier.#peaks = [...peaks];
    return frontier;
  }

  get size(): number {
    return this.#size;
  }

  /** Calls `onNode` for each perfect subtree that is now complete, the leaf first. */
  append(leaf: Hash, onNode?: (node: TreeNode) => void): void {
    let node: TreeNode = { level: 0, index: this.#size, hash: leaf };
    onNode?.(node);
    while (node.index % 2 === 1) {
      const left = this.#peaks.pop() as Hash;
      node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) };
      onNode?.(node);
    }
    this.#peaks.push(node.hash);
    this.#size += 1;
  }

  root(): Hash {
    return this.#peaks.length === 0
      ? emptyRoot()
      : this.#peaks.reduceRight((right, left) => nodeHash(left, right));
  }
}
