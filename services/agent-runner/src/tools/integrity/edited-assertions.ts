import type { IntegrityFinding } from './findings';
import { finding } from './findings';
import type { Located, Pair } from './match-assertions';
import type { TestComparison } from './test-comparison';
import { asksToRemove, names, namesLiteral, speaksOf } from './request-words';
import { isHelper, type Assertion } from './test-model';

const quote = ({ relation, isNegated, actual, expected }: Assertion): string =>
  `${actual} ${isNegated ? 'not ' : ''}${relation} ${expected}`.trim();

/** The subject of a test: its own title and the functions that it calls; classes and groups are about much more. */
const subjectOf = ({ test, assertion }: Located): readonly string[] => [
  test.title.split(' > ').at(-1) ?? '',
  ...assertion.callees.map((name) => name.split('.').at(-1) ?? '').filter((name) => !/^[A-Z]/.test(name)),
];

/** The request asks to remove it, and the product does not have it any more: other answers may have changed with it. */
const isAboutRemoval = (request: TestComparison['request'], gone: ReadonlySet<string>): boolean =>
  asksToRemove(request) && [...gone].some((name) => /[a-z][A-Z_]|_[a-z]/.test(name) && names(request, name));

/** `error.attempts`, where the request asks to remove the attempts. */
const isDisabledByCondition = ({ actual }: Assertion, request: TestComparison['request']): boolean => {
  const property = /\.([\p{L}_$][\p{L}\d_$]*)$/u.exec(actual)?.[1];
  return property !== undefined && asksToRemove(request) && names(request, property);
};

/** An assertion about the same subject with a weaker or another demand. */
export function editFinding(
  { before, after }: Pair,
  result: 'weaker' | 'changed',
  { request, rename }: TestComparison,
): IntegrityFinding {
  const [old, now] = [before.assertion, after.assertion];
  const place = { file: after.file, line: now.line, evidence: `before: ${quote(old)}\nafter: ${quote(now)}` };
  const { title } = after.test;
  if (result === 'weaker' && isHelper(after.test))
    return {
      ...finding('assertion_weakened', 'high', `"${title}" demands less than before.`, place),
      needsTrial: { isRelated: false, isNamed: false, titles: [], isHelper: true },
    };
  if (result === 'weaker')
    return finding(
      'assertion_weakened',
      'high',
      `"${title}" demands less than before.`,
      place,
      'Restore the previous demand.',
    );
  // The new expectation; another input is no other answer.
  const fresh = now.literals.filter(
    (literal) => !old.literals.includes(literal) && !now.inputs.includes(literal),
  );
  // A weaker demand on another subject is no new value.
  const isLess = now.strength < old.strength;
  const isNamed =
    isDisabledByCondition(old, request) ||
    (!isLess &&
      fresh.some((literal) => !/^-?[01]$/.test(literal)) &&
      fresh.every((literal) => namesLiteral(request, literal)));
  return {
    ...finding('assertion_changed', 'high', `The expectation of "${title}" was changed.`, place),
    needsTrial: {
      isRelated:
        !isLess &&
        (isAboutRemoval(request, rename.gone) ||
          speaksOf(request, [...subjectOf(before), ...subjectOf(after), ...fresh].join(' '))),
      isNamed,
      titles: isHelper(after.test) ? [] : [...new Set([before.test.title, title])],
      ...(isHelper(after.test) ? { isHelper: true } : {}),
    },
  };
}
