import type { Git, GitOptions } from './git';
import type { RawChange } from './raw-changes';

/** A proposed tree, and what git needs to answer about it. */
export interface TreeQuestion {
  readonly git: Git;
  /** Of a commitBuilder: its objects and those of the repository. */
  readonly options: GitOptions & { readonly repository: string };
  /** The commitBuilder's own, for scratch files. */
  readonly folder: string;
  readonly base: string;
  readonly tree: string;
  readonly changed: readonly RawChange[];
}

/** A file of a tree. */
export interface TreeFile {
  readonly mode: string;
  readonly oid: string;
  readonly path: string;
  readonly pathBytes: Buffer;
}
