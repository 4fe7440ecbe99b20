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
  /** Names in other changed files that say whether tests run: `isTest` of `env.mjs`. */
  readonly testProbes: ReadonlySet<string>;
  /** How much benchmarks measure with. */
  readonly benchmarkNumbers: ReadonlySet<number>;
  /** Whether benchmarks hand a text over. */
  readonly isBenchmarkText: (text: string) => boolean;
  /** Files that the base does not have. */
  readonly newFiles: ReadonlySet<string>;
  /** Every path of the commit. */
  readonly paths: ReadonlySet<string>;
}

/** A finding, and the code that it is about: what was there before, wherever, is not new. */
export interface SourceFinding {
  readonly finding: IntegrityFinding;
  readonly subject: string;
}

export type SourceRule = (file: SourceFile, context: RuleContext) => readonly SourceFinding[];

/** The innermost function, and whether a node stands outside of all. */
export const functionAround = (
  ancestors: readonly Syntax[],
): Extract<Syntax, { kind: 'function' }> | undefined => ancestors.find((node) => node.kind === 'function');

/** A program of its own, which may end its process. */
export const isProgram = ({ path, text }: Pick<SourceFile, 'path' | 'text'>): boolean =>
  /(?:^|\/)(?:bin|scripts?|tools?|cmd|cli)\/|(?:^|\/)(?:cli|main|server|index\.cli|start|run|__main__|manage|setup|app|www)\.[^/]+$/.test(
    path,
  ) ||
  /[._-](?:cli|main|script|server)\.[^/]+$/.test(path) ||
  text.startsWith('#!');
