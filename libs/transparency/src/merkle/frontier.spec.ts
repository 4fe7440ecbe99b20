import fc from 'fast-check';
import vectors from './fixtures/rfc6962-vectors.json';
import { Frontier, peaksOf, type TreeNode } from './frontier';
import { emptyRoot, leafHash, nodeHash, type Hash } from './hashing';

/** RFC 9162, 2.1.1, literally. */
function rootOf(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return emptyRoot();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** The leaves of the published proofs. */
const publishedLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

describe('Frontier', () => {
  it('gives the roots and leaf hashes of the published vectors', () => {
    const tree = new Frontier();
    const roots = [tree.root(), ...publishedLeaves.map((leaf) => (tree.append(leafHash(leaf)), tree.root()))];
    const right = vectors.inclusion.filter(
      ({ name, wantErr }) => !wantErr && !name.startsWith('single-entry'),
    );
    expect(right.length).toBe(5);
    for (const { leafIdx, leafHash: leaf, treeSize, root } of right) {
      expect(roots[treeSize]?.toString('base64')).toBe(root);
      expect(leafHash(publishedLeaves[leafIdx] as Buffer).toString('base64')).toBe(leaf);
    }
    expect(roots[0]?.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('hashes a text as its UTF-8 bytes', () => {
    expect(leafHash('Gänse')).toEqual(leafHash(Buffer.from('Gänse')));
  });

  it('has at every size the root that the RFC defines, also from a stored frontier', () => {
    const leaves = Array.from({ length: 300 }, (_, number) => leafHash(`${number}`));
    const nodes = new Map<string, Hash>();
    const tree = new Frontier();
    const keep = ({ level, index, hash }: TreeNode) => nodes.set(`${level}/${index}`, hash);
    for (const [number, leaf] of leaves.entries()) {
      tree.append(leaf, keep);
      const size = number + 1;
      const stored = peaksOf(size).map(({ level, index }) => nodes.get(`${level}/${index}`) as Hash);
      const expected = rootOf(leaves.slice(0, size));
      expect(tree.root()).toEqual(expected);
      expect(Frontier.of(size, stored).root()).toEqual(expected);
    }
    // Every perfect subtree once, and nothing else.
    expect(nodes.size).toBe(300 + 150 + 75 + 37 + 18 + 9 + 4 + 2 + 1);
  });

  it('continues from a stored frontier as from its own', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(100), (before, after) => {
        const whole = new Frontier();
        const nodes = new Map<string, Hash>();
        const leaf = (number: number) => leafHash(`leaf ${number}`);
        for (let number = 0; number < before; number += 1)
          whole.append(leaf(number), ({ level, index, hash }) => nodes.set(`${level}/${index}`, hash));
        const resumed = Frontier.of(
          before,
          peaksOf(before).map(({ level, index }) => nodes.get(`${level}/${index}`) as Hash),
        );
        for (let number = before; number < before + after; number += 1) {
          const seen: TreeNode[][] = [[], []];
          whole.append(leaf(number), (node) => seen[0]?.push(node));
          resumed.append(leaf(number), (node) => seen[1]?.push(node));
          expect(seen[1]).toEqual(seen[0]);
        }
        expect(resumed.root()).toEqual(whole.root());
      }),
      { numRuns: 50 },
    );
  });

  it('supports sizes beyond 32 bits, and refuses invalid sizes', () => {
    expect(peaksOf(2 ** 40 + 2)).toEqual([
      { level: 40, index: 0 },
      { level: 1, index: 2 ** 39 },
    ]);
    expect(() => peaksOf(-1)).toThrow(RangeError);
    expect(() => peaksOf(2 ** 60)).toThrow(RangeError);
    expect(() => Frontier.of(3, [])).toThrow(RangeError);
  });
});
