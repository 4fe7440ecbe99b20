import { strength } from './matchers';
import type { Assertion } from './test-model';

export type Comparison = 'same' | 'stronger' | 'weaker' | 'changed';

/** The change of an assertion about the same subject. */
export function compareAssertions(before: Assertion, after: Assertion): Comparison {
  if (isMadeOfAnswer(after) && !isMadeOfAnswer(before)) return 'weaker';
  if (isProjection(before.actual, after.actual)) return 'weaker';
  if (after.strength < before.strength) return isTruth(before, after) ? 'same' : 'weaker';
  if (after.isNegated !== before.isNegated) return after.strength > before.strength ? 'stronger' : 'changed';
  if (after.relation !== before.relation)
    return isLooserRelation(before.relation, after.relation)
      ? 'weaker'
      : after.strength > before.strength
        ? 'stronger'
        : 'changed';
  if (after.expected === before.expected && after.bound === before.bound) return 'same';
  if (before.relation === 'close') return compareTolerance(before, after);
  if (before.bound !== undefined && after.bound !== undefined) return compareBounds(before, after);
  if (before.relation === 'throws' && isAnyError(after.expected) && !isAnyError(before.expected))
    return 'weaker';
  if (before.relation === 'part' || before.relation === 'throws' || before.relation === 'rejects') {
    const [old, now] = [before.expected, after.expected].map((text) =>
      text.replaceAll(/^["'/^]+|[$"'/]+$/g, ''),
    );
    if (now !== undefined && old !== undefined && now.length < old.length && old.includes(now))
      return 'weaker';
  }
  return after.strength > before.strength ? 'stronger' : 'changed';
}

/** `found === found.filter(...)`: much of any answer is found in itself. */
export const isMadeOfAnswer = ({ relation, actual, expected }: Assertion): boolean =>
  relation === 'equal' && actual.length > 1 && expected !== actual && expected.includes(actual);

/** Of a value that was compared as a whole, only its size, a sorted copy, or a part of it. */
function isProjection(before: string, after: string): boolean {
  if (before.length < 3 || after.length <= before.length) return false;
  const at = after.indexOf(before);
  if (at < 0) return false;
  const [start, end] = [after.slice(0, at), after.slice(at + before.length)];
  return (
    (start === '' && /^\.(?:length|size|toSorted|sort|every|some|includes)\b/.test(end)) ||
    (/^(?:len|sorted|set|bool|type|any|all|Set|Boolean)\($/.test(start) && /^[,)]/.test(end))
  );
}

/** `true` and truthy are the same for a boolean answer. */
const isTruth = (before: Assertion, after: Assertion): boolean =>
  before.relation === 'equal' &&
  ((before.expected === 'true' && after.relation === 'truthy') ||
    (before.expected === 'false' && after.relation === 'falsy')) &&
  after.strength > strength.nothing;

const isLooserRelation = (before: string, after: string): boolean =>
  (before === '<' && after === '<=') ||
  (before === '>' && after === '>=') ||
  (before === 'equal' && after === 'close');

const isAnyError = (expected: string): boolean => /^(?:Exception|BaseException|Error)$/.test(expected);

function compareBounds(before: Assertion, after: Assertion): Comparison {
  const [old, now] = [before.bound ?? 0, after.bound ?? 0];
  if (old === now) return 'same';
  return before.relation.startsWith('<') === now > old ? 'weaker' : 'stronger';
}

/** Decimal places express the tolerance inversely to a difference. */
function compareTolerance(before: Assertion, after: Assertion): Comparison {
  // The usual tolerance is a millionth.
  const usual = 1e-3;
  if (/approx/.test(after.expected) && (before.bound ?? 0) <= usual && (after.bound ?? 0) > usual)
    return 'weaker';
  const value = (text: string) => text.split(', ')[0];
  if (value(before.expected) !== value(after.expected)) return 'changed';
  const [old, now] = [before.bound, after.bound];
  if (old === undefined || now === undefined)
    return now === undefined ? 'changed' : now <= 2 ? 'weaker' : 'same';
  const isPlaces = Number.isInteger(old) && Number.isInteger(now) && old <= 15 && now <= 15;
  return (isPlaces ? now < old : now > old) ? 'weaker' : 'stronger';
}
