/** Git LFS keeps a pointer in the tree and the content elsewhere. This service stores no LFS content, so only pointers can land. */

/** Maximum size of a pointer; a larger blob is content. */
export const maxPointerBytes = 1024;

const pointer =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-\d-\S+ \S+\n)*oid sha256:[0-9a-f]{64}\nsize \d+\n$/;

/** An empty file is its own pointer. */
export const isPointer = (content: string): boolean => content === '' || pointer.test(content);

/** A changed file with `filter=lfs` in its attributes before or after the change. */
export interface LfsFile {
  readonly path: string;
  /** The blob of the base; undefined where it has no such file. */
  readonly before: 'pointer' | 'content' | undefined;
  readonly after: 'pointer' | 'content';
  /** Whether the base has a file with exactly this pointer, or it needs no object. */
  readonly isKnown: boolean;
  /** Whether the attributes after the change still have it. */
  readonly isStillLfs: boolean;
}

export interface LfsFacts {
  readonly changed: readonly LfsFile[];
  /** Files of LFS in the base that the change's attributes remove from LFS. */
  readonly noLonger: readonly string[];
}

export const noLfs: LfsFacts = { changed: [], noLonger: [] };

/** Content in place of a pointer, or in a new file that must be one. A base that is wrong already is not caused by the change. */
export const contentInPlaceOfPointers = ({ changed }: LfsFacts): readonly string[] =>
  changed
    .filter(({ before, after, isStillLfs }) => after === 'content' && isStillLfs && before !== 'content')
    .map(({ path }) => path);
