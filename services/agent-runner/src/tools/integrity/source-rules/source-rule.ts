import type { Intent } from '@ymera/contracts';
import type { Syntax, SyntaxFile } from '../../syntax/syntax';
import type { IntegrityFinding } from '../findings';
import type { RequestWords } from '../request-words';
import type { Assertion } from '../test-model';

/** One side of a file that the change touches. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly syntax: SyntaxFile;
  readonly role: 'product' | 'test' | 'benchmark' | 'setup';
}

export interface RuleContext {
  readonly intent: Intent;
  readonly request: RequestWords;
  /** Assertions of every test of the project, changed or not. */
  readonly assertions: readonly Assertion[];
  /** Names in other changed files that tell whether tests run: `isTest` of `env.mjs`. */
  readonly testProbes: ReadonlySet<string>;
  /** The size of the benchmarks' data. */
  readonly benchmarkNumbers: ReadonlySet<number>;
  /** Whether benchmarks pass a text to the product. */
  readonly isBenchmarkText: (text: string) => boolean;
  /** Files that the base lacks. */
  readonly newFiles: ReadonlySet<string>;
  /** Every path of the commit. */
  readonly paths: ReadonlySet<string>;
}

/** A finding, and its code: code that existed anywhere before is not new. */
export interface SourceFinding {
  readonly finding: IntegrityFinding;
  readonly subject: string;
}

export type SourceRule = (file: SourceFile, context: RuleContext) => readonly SourceFinding[];

/** The innermost function, and whether a node is outside of all functions. */
export const functionAround = (
  ancestors: readonly Syntax[],
): Extract<Syntax, { kind: 'function' }> | undefined => ancestors.find((node) => node.kind === 'function');

/** A program, which may end its process. */
export const isProgram = ({ path, text }: Pick<SourceFile, 'path' | 'text'>): boolean =>
  /(?:^|\/)(?:bin|scripts?|tools?|cmd|cli)\/|(?:^|\/)(?:cli|main|server|index\.cli|start|run|__main__|manage|setup|app|www)\.[^/]+$/.test(
    path,
  ) ||
  /[._-](?:cli|main|script|server)\.[^/]+$/.test(path) ||
  text.startsWith('#!');
