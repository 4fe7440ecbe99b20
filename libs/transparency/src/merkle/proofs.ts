import { hashLength, nodeHash, type Hash } from './hashing';

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const areHashes = (hashes: readonly Hash[]): boolean => hashes.every(({ length }) => length === hashLength);
const half = (value: number): number => Math.floor(value / 2);
const isOdd = (value: number): boolean => value % 2 === 1;

/** RFC 9162, 2.1.3.2: the leaf with this hash is number `index` of the tree of `size` leaves with this root. */
export function isIncluded(
  leaf: { readonly index: number; readonly hash: Hash },
  tree: { readonly size: number; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isSize(leaf.index) || !isSize(tree.size) || leaf.index >= tree.size) return false;
  if (!areHashes([leaf.hash, tree.root, ...proof])) return false;
  let place = leaf.index;
  let last = tree.size - 1;
  let hash = leaf.hash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      hash = nodeHash(sibling, hash);
      // On the right edge a node without a sibling stands for its parent.
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && hash.equals(tree.root);
}

/** RFC 9162, 2.1.4.2: the leaves of the first tree are the first leaves of the second. */
export function isConsistent(
  first: { readonly size: number; readonly root: Hash },
  second: { readonly size: number; readonly root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isSize(first.size) || !isSize(second.size) || first.size > second.size) return false;
  // A proof from the empty tree proves nothing.
  if (first.size === 0) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (!areHashes([first.root, second.root, ...proof])) return false;

  const isPerfect = Number.isInteger(Math.log2(first.size));
  const [start, ...rest] = isPerfect ? [first.root, ...proof] : proof;
  if (start === undefined || (isPerfect && proof.length === 0)) return false;
  let place = first.size - 1;
  let last = second.size - 1;
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let older = start;
  let newer = start;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while (!isOdd(place) && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && older.equals(first.root) && newer.equals(second.root);
}
