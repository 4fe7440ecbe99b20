import type { Rename } from './renames';
import type { RequestWords } from './request-words';
import type { TestFile } from './test-model';

/** The tests before and after a change, and what is known of the request and of the product. */
export interface TestComparison {
  readonly before: readonly TestFile[];
  readonly after: readonly TestFile[];
  readonly request: RequestWords;
  readonly rename: Rename;
  /** Modules of the product that are there no more, by the names of their files. */
  readonly removed: ReadonlySet<string>;
}
