import type { Rename } from './renames';
import { compareAssertions } from './compare-assertions';
import { assertionKey, isHelper, type Assertion, type TestCase, type TestFile } from './test-model';

/** An assertion and its place. */
export interface Located {
  readonly file: string;
  readonly test: TestCase;
  readonly assertion: Assertion;
}

export interface Pair {
  readonly before: Located;
  readonly after: Located;
}

export interface Matching {
  /** The same demand, in any place. */
  readonly kept: readonly Pair[];
  /** The same words in the same test, some with another meaning. */
  readonly rebound: readonly Pair[];
  /** Another demand on the same subject in the same test. */
  readonly edited: readonly Pair[];
  /** Removed. */
  readonly lost: readonly Located[];
  /** New. */
  readonly gained: readonly Located[];
}

export const located = (files: readonly TestFile[]): readonly Located[] =>
  files.flatMap(({ path, cases }) =>
    cases.flatMap((test) => test.assertions.map((assertion) => ({ file: path, test, assertion }))),
  );

const lastPart = (title: string): string => title.split(' > ').at(-1) ?? '';

/**
 * Finds each old assertion among the new ones, over the whole change: a test that was moved, renamed, split, folded into a
 * table or rewritten for another library makes the same demands.
 */
export function matchAssertions(
  before: readonly TestFile[],
  after: readonly TestFile[],
  rename: Rename,
): Matching {
  const kept: Pair[] = [];
  const rebound: Pair[] = [];
  const edited: Pair[] = [];
  let lost = located(before).filter(({ assertion }) => assertion.strength > 0);
  let gained = located(after);

  const take = (key: (one: Located, side: 'before' | 'after') => string | undefined, into: Pair[]) => {
    // A demand of a helper only is no demand of a test.
    const keyOf = (one: Located, side: 'before' | 'after') => {
      const found = key(one, side);
      return found === undefined ? undefined : `${isHelper(one.test)} ${found}`;
    };
    const open = new Map<string, Located[]>();
    for (const one of gained) {
      const found = keyOf(one, 'after');
      if (found !== undefined) open.set(found, [...(open.get(found) ?? []), one]);
    }
    for (const list of open.values()) list.sort((one, other) => weight(one) - weight(other));
    const used = new Set<Located>();
    lost = lost.filter((one) => {
      const found = keyOf(one, 'before');
      const match = found === undefined ? undefined : open.get(found)?.shift();
      if (!match) return true;
      used.add(match);
      into.push({ before: one, after: match });
      return false;
    });
    gained = gained.filter((one) => !used.has(one));
  };

  const renamed = ({ assertion }: Located, side: 'before' | 'after') => rename[side](assertionKey(assertion));
  take(({ test, assertion }) => JSON.stringify([lastPart(test.title), assertionKey(assertion)]), kept);
  take(({ assertion }) => assertionKey(assertion), kept);
  take(renamed, kept);
  const test = ({ test: { title } }: Located) => lastPart(title);
  take((one, side) => JSON.stringify([test(one), rename[side](one.assertion.asWritten)]), rebound);
  take((one, side) => JSON.stringify([test(one), rename[side](one.assertion.actual)]), edited);
  take((one, side) => JSON.stringify([rename[side](one.assertion.actual), one.file]), edited);
  take(
    (one, side) =>
      one.assertion.callees.length === 0
        ? undefined
        : JSON.stringify([test(one), one.assertion.relation, rename[side](one.assertion.callees.join(' '))]),
    edited,
  );
  take((one) => JSON.stringify([test(one), one.file]), edited);
  // The rest of a test whose other assertions identify the new test.
  const partners = new Map([...kept, ...edited].map((pair) => [pair.before.test, pair.after.test] as const));
  take(
    (one, side) =>
      one.assertion.callees.length === 0
        ? undefined
        : JSON.stringify([
            (side === 'before' ? partners.get(one.test) : one.test)?.title ?? '',
            one.file,
            one.assertion.relation,
            rename[side](one.assertion.callees.join(' ')),
          ]),
    edited,
  );
  const unchanged = edited.filter(
    (pair) =>
      compareAssertions(pair.before.assertion, pair.after.assertion) === 'same' &&
      pair.before.assertion.actual === pair.after.assertion.actual,
  );
  const stillMade = new Set(
    kept
      .filter(({ after: { assertion } }) => assertion.suppression === undefined)
      .map(({ before: { assertion } }) => assertionKey(assertion)),
  );
  return {
    kept: [...kept, ...unchanged],
    rebound,
    edited: edited.filter((pair) => !unchanged.includes(pair)),
    // A demand that is repeated elsewhere is still made.
    lost: lost.filter(({ assertion }) => !stillMade.has(assertionKey(assertion))),
    gained,
  };
}

/** Meaningful ones come first. */
const weight = ({ test, assertion }: Located): number =>
  (assertion.suppression === undefined ? 0 : 4) +
  (test.state === 'runs' ? 0 : 2) +
  Math.min(assertion.guards.length, 1);
