import type { TestComparison } from './test-comparison';
import { finding, type IntegrityFinding } from './findings';
import type { Matching } from './match-assertions';
import { speaksOf } from './request-words';

/** Tests with the same assertions after other actions. */
export function arrangementFindings(
  { before, after, request, rename }: TestComparison,
  { kept, rebound, edited, lost }: Matching,
): readonly IntegrityFinding[] {
  const touched = new Set([...edited.map((pair) => pair.before.test), ...lost.map(({ test }) => test)]);
  const changedNames = new Map(rebound.map((pair) => [pair.before.test, pair] as const));
  const counterpart = new Map([...kept, ...rebound].map((pair) => [pair.before.test, pair.after] as const));
  const everything = new Set(
    after.flatMap(({ cases }) => cases.flatMap(({ actions }) => actions.map(rename.after))),
  );
  return before.flatMap(({ cases }) =>
    cases.flatMap((test): readonly IntegrityFinding[] => {
      const now = counterpart.get(test);
      if (!now || touched.has(test)) return [];
      const other = changedNames.get(test);
      const missing = [
        ...(other ? [other.before.assertion.actual] : []),
        ...test.actions.filter((action) => !everything.has(rename.before(action))),
      ];
      if (missing.length === 0) return [];
      const { title } = now.test;
      return [
        {
          ...finding(
            'test_arrangement_changed',
            'high',
            `"${title}" does something else before it asserts.`,
            {
              file: now.file,
              line: now.test.line,
              evidence: missing.map((action) => `not done any more: ${action}`).join('\n'),
            },
          ),
          needsTrial: {
            isRelated: speaksOf(request, [title, ...missing].join(' ')),
            isNamed: false,
            titles: [title],
          },
        },
      ];
    }),
  );
}
