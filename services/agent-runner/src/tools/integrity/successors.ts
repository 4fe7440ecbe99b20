import type { TestComparison } from './test-comparison';
import { finding, type IntegrityFinding } from './findings';
import type { Located } from './match-assertions';
import { speaksOf } from './request-words';
import type { TestCase } from './test-model';

const groupOf = (title: string): string => title.split(' > ').slice(0, -1).join(' > ');
const lastPart = (title: string): string => title.split(' > ').at(-1) ?? '';
const lastName = (callee: string): string => callee.split('.').at(-1) ?? '';

/** New tests in place of a deleted test, with another expectation of the same function. */
export class Successors {
  private readonly used = new Set<TestCase>();
  private readonly fresh: readonly (readonly [TestCase, readonly Located[]])[];

  constructor(
    gained: readonly Located[],
    private readonly comparison: TestComparison,
  ) {
    const titles = new Set(
      comparison.before.flatMap(({ cases }) => cases.map(({ title }) => lastPart(title))),
    );
    const says = gained.filter(
      ({ assertion, test }) =>
        assertion.suppression === undefined && test.state === 'runs' && !titles.has(lastPart(test.title)),
    );
    this.fresh = [...Map.groupBy(says, ({ test }) => test)];
  }

  /** The successor of a test: the request names the function and mentions the subject of the test. */
  of(path: string, lost: readonly Located[]): TestCase | undefined {
    const [first] = lost;
    if (!first) return undefined;
    const subjects = new Set(
      lost.flatMap(({ assertion }) => assertion.callees.map(lastName)).filter((name) => this.isNamed(name)),
    );
    if (subjects.size === 0 || !speaksOf(this.comparison.request, withoutNames(first.test.title, subjects)))
      return undefined;
    const literals = new Set(lost.flatMap(({ assertion }) => assertion.literals));
    const demanded = Math.max(...lost.map(({ assertion }) => assertion.strength));
    const isMoved = !this.comparison.after.some((file) => file.path === path);
    const found = this.fresh.find(
      ([test, of]) =>
        !this.used.has(test) &&
        of.some(({ file }) => file === path || isMoved) &&
        groupOf(test.title) === groupOf(first.test.title) &&
        of.length >= lost.length &&
        of.some(
          ({ assertion }) =>
            assertion.strength >= demanded &&
            assertion.callees.some((name) => subjects.has(lastName(name))) &&
            (literals.size === 0 || assertion.literals.some((literal) => literals.has(literal))),
        ),
    )?.[0];
    if (found) this.used.add(found);
    return found;
  }

  private isNamed(name: string): boolean {
    // Classes are about much more.
    if (name.length <= 2 || /^[A-Z]/.test(name)) return false;
    return this.comparison.request.text.split(/[^\p{L}\d_$]+/u).includes(name);
  }
}

const withoutNames = (title: string, subjects: ReadonlySet<string>): string =>
  lastPart(title)
    .split(/[^\p{L}\d]+/u)
    .filter((word) => !subjects.has(word))
    .join(' ');

/** A trial shows whether the change of behaviour is real, as for a changed expectation. */
export const replacedFinding = (path: string, before: TestCase, after: TestCase): IntegrityFinding => ({
  ...finding(
    'assertion_changed',
    'high',
    `In place of "${before.title}" there is "${after.title}", which expects something else.`.slice(0, 1000),
    { file: path, line: after.line },
  ),
  needsTrial: { isRelated: true, isNamed: false, titles: [before.title, after.title] },
});
