import vectors from './fixtures/rfc6962-vectors.json';
import { isConsistent, isIncluded } from './proofs';

const bytes = (base64: string | null): Buffer => Buffer.from(base64 ?? '', 'base64');
const hashes = (proof: readonly string[] | null): readonly Buffer[] => (proof ?? []).map(bytes);

/** The file also has proofs about subtrees (`start`, `end`), which RFC 6962 and RFC 9162 do not define. */
const consistency = vectors.consistency.filter((vector) => vector.size1 !== undefined);

describe('proofs by the published vectors', () => {
  it.each(vectors.inclusion.map((vector) => [vector.name, vector] as const))(
    'are checked for inclusion: %s',
    (_name, { leafIdx, leafHash, treeSize, root, proof, wantErr }) => {
      const isRight = isIncluded(
        { index: leafIdx, hash: bytes(leafHash) },
        { size: treeSize, root: bytes(root) },
        hashes(proof),
      );
      expect(isRight).toBe(!wantErr);
    },
  );

  it.each(consistency.map((vector) => [vector.name, vector] as const))(
    'are checked for consistency: %s',
    (_name, { size1, root1, size2, root2, proof, wantErr }) => {
      const isRight = isConsistent(
        { size: size1 ?? NaN, root: bytes(root1 ?? '') },
        { size: size2 ?? NaN, root: bytes(root2 ?? '') },
        hashes(proof),
      );
      expect(isRight).toBe(!wantErr);
    },
  );
});
