/** The reason why an existing assertion asserts nothing. */
export type Suppression = 'swallowed' | 'unreachable' | 'not_awaited' | 'never_called';

/** An assertion of a test, in words that do not depend on formatting, names of constants or the library used. */
export interface Assertion {
  readonly relation: string;
  readonly strength: number;
  readonly isNegated: boolean;
  readonly actual: string;
  readonly expected: string;
  /** The source text of the assertion. */
  readonly asWritten: string;
  /** Conditions of the assertion, without those of its test. */
  readonly guards: readonly string[];
  readonly suppression: Suppression | undefined;
  /** Compares by `==`. */
  readonly isLoose: boolean;
  /** True for every behaviour of the product. */
  readonly isVacuous: boolean;
  /** The bound or tolerance, where it is a number. */
  readonly bound: number | undefined;
  /** Functions that the subject calls, and literals of both sides. */
  readonly callees: readonly string[];
  readonly literals: readonly string[];
  /** Literals of the subject. */
  readonly inputs: readonly string[];
  readonly line: number;
}

export type TestState = 'runs' | 'skipped' | 'todo' | 'only' | 'conditional';

export interface TestCase {
  readonly title: string;
  readonly state: TestState;
  readonly assertions: readonly Assertion[];
  /** Its actions besides assertions, in the order of the text. */
  readonly actions: readonly string[];
  /** The highest value that the test requests itself. */
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  readonly line: number;
}

export interface TestFile {
  readonly path: string;
  readonly cases: readonly TestCase[];
  /** Set for the whole file: `jest.setTimeout`, `jest.retryTimes`. */
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  /** Literal rows and values of tables, lists and records, each as the literals in it. */
  readonly rows: readonly (readonly string[])[];
}

/** A function of a file without tests, which tests elsewhere may assert with; nothing runs it by itself. */
export const helperTitle = (name: string | undefined): string => `function ${name ?? ''}`;
export const isHelper = ({ title }: TestCase): boolean => title.startsWith('function ');

/** Equal for equal demands. */
export const assertionKey = ({ relation, isNegated, actual, expected }: Assertion): string =>
  JSON.stringify(
    relation === 'equal' && !isNegated
      ? [relation, ...[actual, expected].toSorted()]
      : [relation, isNegated, actual, expected],
  );
