import type { Rule, Scope, SourceCode } from 'eslint';
import { elementType, isArrayVariable, isKnownString } from './array-evidence';
import { freeName, hoistPlaces, type HoistPlace } from './hoisting';
import { isUnchangedDuring } from './mutation';
import {
  asNode,
  initialValue,
  isInside,
  isSimple,
  methodCall,
  parentOf,
  variableOf,
  type Node,
} from './syntax';

/** Searching so few elements is faster than a set. */
const worthwhileLength = 10;

/** One membership test, in any notation. */
export interface MembershipTest {
  /** The replaced expression: the call, or the comparison around `indexOf`. */
  readonly node: Node;
  readonly array: Node;
  readonly sought: Node;
  readonly isNegated: boolean;
  /** `indexOf` finds no NaN, `includes` and sets do. */
  readonly ignoresNaN: boolean;
}

export function membershipTest(node: Node): MembershipTest | undefined {
  const called = methodCall(node);
  const [sought] = called?.arguments ?? [];
  if (!called || called.arguments.length !== 1 || !sought || sought.type === 'SpreadElement')
    return undefined;
  const common = { array: called.receiver, sought };
  if (called.method === 'includes') return { ...common, node, isNegated: false, ignoresNaN: false };
  if (called.method !== 'indexOf') return undefined;
  const comparison = parentOf(node);
  if (comparison.type !== 'BinaryExpression' || asNode(comparison.left) !== node) return undefined;
  const { right } = comparison;
  const bound =
    right.type === 'UnaryExpression' &&
    right.operator === '-' &&
    right.argument.type === 'Literal' &&
    right.argument.value === 1
      ? -1
      : right.type === 'Literal' && right.value === 0
        ? 0
        : undefined;
  const meaning = bound === undefined ? undefined : comparisons[`${comparison.operator} ${bound}`];
  return meaning === undefined
    ? undefined
    : { ...common, node: comparison, isNegated: meaning === 'absent', ignoresNaN: true };
}

const comparisons: Readonly<Record<string, 'present' | 'absent'>> = {
  '!== -1': 'present',
  '!= -1': 'present',
  '> -1': 'present',
  '>= 0': 'present',
  '=== -1': 'absent',
  '== -1': 'absent',
  '< 0': 'absent',
};

interface Candidate extends MembershipTest {
  readonly variable: Scope.Variable;
  readonly place: HoistPlace;
}

/**
 * An array searched again for every element of another: quadratic. The array becomes a set, created once before the
 * loop. Without evidence that it is an array (it might be a string, whose `includes` means something else), the new code
 * checks at run time and keeps the old code for everything else.
 */
export const repeatedMembership: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: {
      repeated: '`{{array}}` is searched from its beginning for every element of a loop.',
      unsafe:
        '`{{array}}` is searched from its beginning for every element of a loop, and may change meanwhile.',
    },
  },
  create(context) {
    const source = context.sourceCode;
    const taken = new Set<string>();
    const found: Candidate[] = [];
    const advice: MembershipTest[] = [];
    return {
      CallExpression(node) {
        const test = membershipTest(node);
        if (!test || isShort(source, test.array) || isAnswered(source, test)) return;
        const variable = variableOf(source, test.array);
        const places = variable ? hoistPlaces(source, test.node, [variable]) : [];
        if (!variable) {
          if (test.array.type === 'MemberExpression' && hoistPlaces(source, test.node, []).length > 0)
            advice.push(test);
          return;
        }
        if (places.length === 0) return;
        const place = places.find(({ region }) => isUnchangedDuring(source, variable, region));
        const isNested = found.some((other) => isInside(test.node, other.node));
        if (place && canAnswer(source, test, variable) && !isNested) found.push({ ...test, variable, place });
        else advice.push(test);
      },
      'Program:exit'() {
        for (const test of advice)
          context.report({
            node: test.node,
            messageId: 'unsafe',
            data: { array: source.getText(test.array) },
          });
        for (const group of groupByPlace(found)) reportGroup(context, group, taken);
      },
    };
  },
};

/** The old code that an earlier rewrite has kept for values that are no arrays. */
function isAnswered(source: SourceCode, test: MembershipTest): boolean {
  const conditional = parentOf(test.node);
  if (conditional.type !== 'ConditionalExpression' || asNode(conditional.alternate) !== test.node)
    return false;
  const variable = variableOf(source, asNode(conditional.test));
  const value = variable && initialValue(variable);
  return (
    value?.type === 'ConditionalExpression' &&
    source.getText(value.test) === `Array.isArray(${source.getText(test.array)})`
  );
}

function isShort(source: SourceCode, array: Node): boolean {
  const variable = variableOf(source, array);
  const value = array.type === 'ArrayExpression' ? array : variable && initialValue(variable);
  if (value?.type === 'Literal' || value?.type === 'TemplateLiteral') return true;
  if (variable && isKnownString(source, variable)) return true;
  return (
    value?.type === 'ArrayExpression' && value.elements.length > 0 && value.elements.length < worthwhileLength
  );
}

/** NaN is in a set when it is in the array; `indexOf` would not find it, so it must be checked, which needs it twice. */
function canAnswer(source: SourceCode, test: MembershipTest, variable: Scope.Variable): boolean {
  return !test.ignoresNaN || isNeverNaN(source, test, variable) || isSimple(test.sought);
}

function isNeverNaN(source: SourceCode, test: MembershipTest, variable: Scope.Variable): boolean {
  if (test.sought.type === 'TemplateLiteral') return true;
  if (test.sought.type === 'Literal') return typeof test.sought.value !== 'number';
  return elementType(source, variable) === 'string';
}

function groupByPlace(found: readonly Candidate[]): readonly (readonly [Candidate, ...Candidate[]])[] {
  const groups: [Candidate, ...Candidate[]][] = [];
  for (const candidate of found) {
    const group = groups.find(
      ([first]) => first.variable === candidate.variable && first.place.region === candidate.place.region,
    );
    if (group) group.push(candidate);
    else groups.push([candidate]);
  }
  return groups;
}

function reportGroup(
  context: Rule.RuleContext,
  group: readonly [Candidate, ...Candidate[]],
  taken: Set<string>,
): void {
  const source = context.sourceCode;
  const [first] = group;
  const array = source.getText(first.array);
  const set = freeName(source, first.node, `${array}Set`, taken);
  const isArray = isArrayVariable(source, first.variable);
  const declaration = isArray
    ? `const ${set} = new Set(${array});`
    : `const ${set} = Array.isArray(${array}) ? new Set(${array}) : undefined;`;
  group.forEach((candidate, index) => {
    context.report({
      node: candidate.node,
      messageId: 'repeated',
      data: { array },
      // One fix for all: a set that is created for the first search must exist for the others too.
      fix: (fixer) =>
        index > 0
          ? null
          : [
              ...candidate.place.insert(fixer, declaration),
              ...group.map((test) => fixer.replaceText(test.node, answer(source, test, set, isArray))),
            ],
    });
  });
}

function answer(source: SourceCode, test: Candidate, set: string, isArray: boolean): string {
  const sought = source.getText(test.sought);
  const asksForNaN = test.ignoresNaN && !isNeverNaN(source, test, test.variable);
  const has = asksForNaN ? `!Number.isNaN(${sought}) && ${set}.has(${sought})` : `${set}.has(${sought})`;
  if (isArray) {
    if (!test.isNegated) return asksForNaN ? `(${has})` : has;
    return asksForNaN ? `!(${has})` : `!${has}`;
  }
  const old = source.getText(test.node);
  return `(${set} ? ${test.isNegated ? (asksForNaN ? `!(${has})` : `!${has}`) : has} : ${old})`;
}
