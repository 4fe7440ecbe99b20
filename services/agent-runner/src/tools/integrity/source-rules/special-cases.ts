import { print } from '../../syntax/print';
import type { FunctionSyntax, Syntax } from '../../syntax/syntax';
import { boundNames, constantText, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { namesLiteral } from '../request-words';
import type { Assertion } from '../test-model';
import { constantTables, tableLookups, type SpecialCase } from './answer-tables';
import type { RuleContext, SourceFinding, SourceRule } from './source-rule';

const trivial = /^(?:|-?[01]|null|undefined|None|true|false|NaN|Infinity|\[\]|\{\})$/;

/** Inputs of tests, and their expected answers, written into the product. */
export const specialCases: SourceRule = (file, context) => {
  if (file.role !== 'product') return [];
  const tables = constantTables(file.syntax.body);
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    const cases = casesOf(node).filter((one) => isTested(one, context));
    const lookups = tableLookups(node, tables).filter(
      ({ entries, hasFallback }) =>
        entries.length > 0 &&
        (entries.every((one) => isTested(one, context)) ||
          // Exactly the inputs of the tests, excluded from the general computation.
          (hasFallback && entries.length > 1 && entries.every((one) => isInput(one, context))) ||
          (hasFallback && entries.every((one) => isComposedKey(one) && isExpectedAnswer(one, context)))),
    );
    const isGeneral = answersGenerally(node);
    const telling = cases.filter(
      (one) => isGeneral || one.isWhole || one.inputs.some(isUnlikelyName) || cases.length === 1,
    );
    for (const one of telling) found.push(report(file.path, one));
    for (const { entries, hasFallback, isWhole } of lookups) {
      const [first] = entries;
      if (!hasFallback && !isWhole && entries.every(isLabel)) continue;
      if (first && (hasFallback || isWhole || entries.some(({ inputs }) => inputs.some(isUnlikelyName))))
        found.push(report(file.path, first));
    }
  });
  return found;
};

/** A code and its text: such a table is a legitimate feature. */
const isLabel = ({ inputs, answer }: SpecialCase): boolean =>
  inputs.every((input) => /^(?:\d{1,4}|[\p{L}_]\w*)$/u.test(input)) && /^(['"`]).*\p{L}.*\1$/su.test(answer);

const report = (path: string, { text, line, inputs, answer }: SpecialCase): SourceFinding => ({
  subject: text,
  finding: finding(
    'special_cased',
    'high',
    `The answer to an input of the tests is written into the product: ${inputs.join(', ')} gives ${answer}.`.slice(
      0,
      1000,
    ),
    { file: path, line, evidence: text },
    'Compute the answer for every input.',
  ),
});

/** Text and numbers of a test, rather than the names of a fixed set. */
const isUnlikelyName = (input: string): boolean =>
  /^-?\d+(?:\.\d+)?$/.test(input) || /[\s,;:!?@()[\]{}"]/.test(input) || input.length > 24;

/** Tests pass exactly this and expect exactly that, and the request does not name it. */
function isTested({ inputs, answer }: SpecialCase, { assertions, request }: RuleContext): boolean {
  const telling = inputs.filter((input) => !trivial.test(input));
  // Examples of a request are no list of cases; names of a fixed set may be.
  if (
    telling.length === 0 ||
    telling.every((input) => namesLiteral(request, input) && !isUnlikelyName(input))
  )
    return false;
  return assertions.some(
    (one) =>
      telling.every((input) => one.inputs.includes(input) || isJoined(input, one.inputs)) &&
      expects(one, answer),
  );
}

/** Text or a number that tests pass to the product. */
const isInput = ({ inputs }: SpecialCase, { assertions }: RuleContext): boolean => {
  const telling = inputs.filter((input) => !trivial.test(input));
  const isGiven = (input: string) =>
    isUnlikelyName(input) && assertions.some((one) => one.inputs.includes(input.replace(/^-/, '')));
  // Of several at once the small ones may stand in a text.
  return telling.length > 0 && (inputs.length > 1 ? telling.some(isGiven) : telling.every(isGiven));
};

/** Composed of numbers and operators: `-1000/3`. */
const isComposedKey = ({ inputs }: SpecialCase): boolean =>
  inputs.every((input) => /\d/.test(input) && /[^\w\s.-]/.test(input));

/** A value that tests expect, and that is unlikely by accident. */
const isExpectedAnswer = ({ answer }: SpecialCase, { assertions }: RuleContext): boolean =>
  answer.length > 3 && assertions.some((one) => expects(one, answer));

/** `'1,2'` consists of 1 and 2. */
const isJoined = (text: string, inputs: readonly string[]): boolean => {
  const parts = text.split(/[^\p{L}\d.-]+/u).filter(Boolean);
  return parts.length > 0 && parts.every((part) => inputs.includes(part));
};

const expects = ({ relation, actual, expected, isNegated }: Assertion, answer: string): boolean =>
  !isNegated &&
  // `Math.abs(f(1) - 2.5) < 1e-9`
  ((relation.startsWith('<') && /^(?:Math\.)?abs\(/.test(actual) && actual.endsWith(` - ${answer}))`)) ||
    isExpected({ relation, expected }, answer));

const isExpected = (
  { relation, expected }: Pick<Assertion, 'relation' | 'expected'>,
  answer: string,
): boolean =>
  (relation === 'equal' || relation === 'close' || relation === 'line' || relation === 'part') &&
  (expected === answer ||
    expected.split(', ')[0] === answer ||
    (answer.length > 2 && expected.includes(answer)) ||
    // A part of a list or record in the answer is asserted separately.
    (/^[[{]/.test(answer) && expected.length > 3 && answer.includes(expected)));

/** Conditions that compare the arguments with literals and return a constant. */
function casesOf(node: FunctionSyntax): readonly SpecialCase[] {
  const own = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
  walk(node.body, (inner) => {
    if (inner.kind === 'declare') for (const name of boundNames(inner.target)) own.add(name);
  });
  const found: SpecialCase[] = [];
  walk(node.body, (inner, ancestors) => {
    if (inner.kind === 'function') return false;
    if (inner.kind === 'if') {
      const inputs = comparedWith(inner.test, own);
      const answer = constantAnswer(inner.whenTrue);
      if (inputs && answer !== undefined)
        found.push({ ...inputs, answer, line: inner.line, text: print(inner.test) });
    }
    if (inner.kind === 'conditional' && isAnswer(ancestors)) {
      const inputs = comparedWith(inner.test, own);
      if (inputs && isConstant(inner.whenTrue))
        found.push({ ...inputs, answer: print(inner.whenTrue), line: inner.line, text: print(inner.test) });
    }
    if (inner.kind === 'switch' && involves(inner.subject, own))
      for (const { test, body, line } of inner.cases) {
        const input = test && constantText(test);
        const answer = constantAnswer(body);
        if (input !== undefined && answer !== undefined)
          found.push({
            inputs: [input],
            answer,
            line,
            text: `${print(inner.subject)} === ${print(test)}`,
            isWhole: isComposed(inner.subject),
          });
      }
    return true;
  });
  return found;
}

const isAnswer = (ancestors: readonly Syntax[]): boolean =>
  ancestors[0]?.kind === 'return' || (ancestors[0]?.kind === 'conditional' && isAnswer(ancestors.slice(1)));

const isConstant = (node: Syntax): boolean =>
  (constantText(node) !== undefined && node.kind !== 'name') ||
  (node.kind === 'list' && node.items.every(isConstant)) ||
  (node.kind === 'record' && node.entries.every(({ value }) => isConstant(value))) ||
  (node.kind === 'call' && node.isNew && node.args.every(isConstant));

function constantAnswer(body: readonly Syntax[]): string | undefined {
  const last = body.find(({ kind }) => kind === 'return');
  if (body.length > 2 || last?.kind !== 'return' || !last.value || !isConstant(last.value)) return undefined;
  return print(last.value);
}

const involves = (node: Syntax, own: ReadonlySet<string>): boolean => {
  let is = false;
  walk([node], (inner) => {
    is ||= inner.kind === 'name' && own.has(inner.name);
  });
  return is;
};

/** All of the input at once: `JSON.stringify(list)`, `args.join()`. */
const isComposed = (node: Syntax): boolean =>
  node.kind === 'call' &&
  /^(?:stringify|join|toString|dumps|str|repr|tuple|String|hash)$/.test(lastName(node.callee));

function comparedWith(
  test: Syntax,
  own: ReadonlySet<string>,
): { inputs: readonly string[]; isWhole: boolean } | undefined {
  if (test.kind === 'logical' && test.operator === 'and') {
    const [left, right] = [comparedWith(test.left, own), comparedWith(test.right, own)];
    if (!left || !right) return undefined;
    return { inputs: [...left.inputs, ...right.inputs], isWhole: true };
  }
  if (test.kind === 'binary' && ['===', '==', 'is'].includes(test.operator)) {
    const [side, other] = isConstant(test.left) ? [test.left, test.right] : [test.right, test.left];
    if (!isConstant(side) || !involves(other, own)) return undefined;
    if (side.kind === 'list' || side.kind === 'record') return { inputs: literalsOf(side), isWhole: true };
    const text = constantText(side);
    return text === undefined ? undefined : { inputs: [text], isWhole: isComposed(other) };
  }
  if (
    test.kind === 'binary' &&
    test.operator === 'in' &&
    test.right.kind === 'list' &&
    isConstant(test.right) &&
    involves(test.left, own) &&
    test.right.items.length === 1
  )
    return { inputs: literalsOf(test.right), isWhole: false };
  if (test.kind !== 'call') return undefined;
  const name = lastName(test.callee);
  if (
    /^(?:isDeepStrictEqual|deepEqual|isEqual|equals|is)$/.test(name) &&
    test.args.some((one) => involves(one, own))
  ) {
    const constant = test.args.find(isConstant);
    return (
      constant && {
        inputs: literalsOf(constant),
        isWhole: constant.kind === 'list' || constant.kind === 'record',
      }
    );
  }
  // `/^exactly this$/.test(text)`
  const pattern =
    test.callee.kind === 'member' && test.callee.object.kind === 'literal'
      ? /^\/\^([^\\^$.*+?()[\]{}|]+)\$\/\w*$/.exec(test.callee.object.value)?.[1]
      : undefined;
  return pattern === undefined ? undefined : { inputs: [pattern], isWhole: false };
}

function literalsOf(node: Syntax): readonly string[] {
  const found: string[] = [];
  walk([node], (inner) => {
    if (inner.kind === 'literal') found.push(inner.value);
  });
  return found;
}

/** Whether some answer is computed from the arguments. */
function answersGenerally(node: FunctionSyntax): boolean {
  const own = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
  walk(node.body, (inner) => {
    if (inner.kind === 'declare') for (const name of boundNames(inner.target)) own.add(name);
  });
  let is = false;
  const computes = (value: Syntax): boolean =>
    value.kind === 'conditional'
      ? computes(value.whenTrue) || computes(value.whenFalse)
      : value.kind !== 'name' && involves(value, own);
  walk(node.body, (inner) => {
    if (inner.kind === 'function') return false;
    if (inner.kind === 'return' && inner.value)
      is ||=
        computes(inner.value) ||
        (inner.value.kind === 'name' &&
          own.has(inner.value.name) &&
          !node.parameters.some(({ pattern }) => boundNames(pattern).includes(print(inner.value))));
    return true;
  });
  return is;
}
