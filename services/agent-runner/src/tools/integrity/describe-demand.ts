import { print, type Bindings } from '../syntax/print';
import type { Syntax } from '../syntax/syntax';
import { constantText, dottedName, lastName, walk } from '../syntax/walk';
import type { Demand } from './assertion';
import { strength } from './matchers';
import type { Assertion, Suppression } from './test-model';

export interface DemandPlace {
  readonly bindings: Bindings;
  readonly guards: readonly string[];
  readonly suppression: Suppression | undefined;
  /** The actions under `with pytest.raises(...)`. */
  readonly body?: readonly Syntax[];
}

/** A demand in comparable words. */
export function describeDemand(
  demand: Demand,
  { bindings, guards, suppression, body }: DemandPlace,
): Assertion {
  // Below `with`, the manager's own arguments are the expectation, and its body is the subject.
  const actualNodes = body ?? (demand.actual ? [demand.actual] : []);
  const expectedNodes = body && demand.actual ? [demand.actual, ...demand.expected] : demand.expected;
  const actual = actualNodes.map((node) => print(simplified(node), bindings)).join('; ');
  const expected = demand.constant ?? expectedNodes.map((node) => print(node, bindings)).join(', ');
  const isVacuous = vacuous(demand, actual, expected, bindings);
  return {
    relation: demand.relation,
    strength: isVacuous
      ? strength.nothing
      : body && expectedNodes.length > 1
        ? strength.part
        : demand.strength,
    isNegated: demand.isNegated,
    isLoose: demand.isLoose === true,
    actual,
    expected,
    asWritten: [demand.relation, ...[...actualNodes, ...expectedNodes].map((node) => print(node))].join(' '),
    guards,
    suppression,
    isVacuous,
    bound: boundOf(demand, bindings),
    callees: calleesOf(actualNodes, bindings),
    inputs: literalsIn(actualNodes, bindings),
    literals: [...new Set([...literalsIn(actualNodes, bindings), ...literalsIn(demand.expected, bindings)])],
    line: demand.line,
  };
}

/** A callback `() => f(1)` means `f(1)`; so does `await f(1)`. */
function simplified(node: Syntax): Syntax {
  if (node.kind === 'await') return simplified(node.operand);
  if (node.kind !== 'function' || node.parameters.length > 0 || node.body.length !== 1) return node;
  const [only] = node.body;
  if (only?.kind === 'return') return only.value ? simplified(only.value) : node;
  return only ? simplified(only) : node;
}

const isConstant = (node: Syntax | undefined): boolean =>
  node !== undefined &&
  (node.kind === 'literal' ||
    (node.kind === 'unary' && isConstant(node.operand)) ||
    (node.kind === 'binary' && isConstant(node.left) && isConstant(node.right)) ||
    (node.kind === 'list' && node.items.every(isConstant)) ||
    (node.kind === 'record' && node.entries.every(({ value }) => isConstant(value))) ||
    (node.kind === 'template' && node.values.every(isConstant)));

const eitherSides = (node: Syntax): readonly Syntax[] =>
  node.kind === 'logical' && node.operator === 'or'
    ? [...eitherSides(node.left), ...eitherSides(node.right)]
    : [node];

/** An alternative that every value meets: it makes the others irrelevant. */
const isAlwaysMet = (side: Syntax): boolean =>
  (side.kind === 'literal' && side.value !== 'false' && side.type !== 'null') ||
  (side.kind === 'binary' &&
    ['!==', '!=', 'is not'].includes(side.operator) &&
    [side.left, side.right].some((one) => one.kind === 'literal' && one.type === 'null'));

/** Whether a demand holds for every behaviour of the product. */
function vacuous(demand: Demand, actual: string, expected: string, bindings: Bindings): boolean {
  const { relation, isNegated } = demand;
  const node = demand.actual;
  if (node === undefined || isNegated) return false;
  if (relation === 'truthy' || relation === 'falsy')
    return (
      isConstant(node) ||
      node.kind === 'function' ||
      // `assert (a == b, "message")`
      (node.kind === 'list' && node.items.length > 0) ||
      (node.kind === 'call' && dottedName(node.callee) === 'Boolean' && isConstant(node.args[0]))
    );
  if (relation === 'either' && node.kind === 'logical') return eitherSides(node).some(isAlwaysMet);
  if (relation === 'type') return isConstant(node);
  if (
    relation === 'part' &&
    demand.expected.some(
      (one) =>
        one.kind === 'literal' &&
        ['//', '/.*/', '/(?:)/', '/.*/s', '/[\\s\\S]*/', '/^/', '/$/'].includes(one.value),
    )
  )
    return true;
  if (relation === 'part' && demand.expected[0]?.kind === 'literal' && demand.expected[0].type === 'string')
    return demand.expected[0].value === '' && demand.expected.length === 1;
  if (['>=', '<='].includes(relation) && /\.(?:length|size)$|^len\(/.test(actual))
    return relation === '>=' && expected === '0';
  if (relation !== 'equal') return false;
  if (isConstant(node) && (demand.constant !== undefined || demand.expected.every(isConstant))) return true;
  // A value compared with itself, under other names.
  return (
    actual !== '' &&
    actual === expected &&
    !isMade(node) &&
    (!mutates(node, bindings) || isAlias(node, demand.expected[0], bindings))
  );
}

/** A list or record that the test builds may have changed since. */
const mutates = (node: Syntax, bindings: Bindings): boolean => {
  const meant = node.kind === 'name' ? bindings.get(node.name) : undefined;
  return meant?.kind === 'list' || meant?.kind === 'record' || (meant?.kind === 'call' && meant.isNew);
};

/** The class decides about the equality of two objects in Python. */
const isMade = (node: Syntax): boolean =>
  node.kind === 'call' && !node.isNew && /^[A-Z]/.test(lastName(node.callee));

/** `const before = input`: both names have the same object. */
const isAlias = (one: Syntax, other: Syntax | undefined, bindings: Bindings): boolean => {
  const named = (node: Syntax | undefined): string | undefined => {
    if (node?.kind !== 'name') return undefined;
    const meant = bindings.get(node.name);
    return meant?.kind === 'name' && meant.name !== node.name ? named(meant) : node.name;
  };
  const name = named(one);
  return name !== undefined && name === named(other);
};

function boundOf({ relation, expected, actual }: Demand, bindings: Bindings): number | undefined {
  const number = (node: Syntax | undefined): number | undefined => {
    if (node === undefined) return undefined;
    const meant = node.kind === 'name' ? bindings.get(node.name) : node;
    const text = meant === undefined ? undefined : constantText(meant);
    return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  };
  if (['<', '<=', '>', '>='].includes(relation)) return number(expected[0]);
  if (relation !== 'close') return undefined;
  const approximate = [actual, ...expected].find(
    (node) => node?.kind === 'call' && /approx/.test(dottedName(node.callee)),
  );
  if (approximate?.kind === 'call')
    return Math.max(
      ...[...approximate.named.map(({ value }) => number(value)), number(approximate.args[1])].map(
        (one) => one ?? 0,
      ),
    );
  return number(expected[1]);
}

function calleesOf(nodes: readonly Syntax[], bindings: Bindings): readonly string[] {
  const names = new Set<string>();
  const add = (some: readonly Syntax[], depth: number): void =>
    walk(some, (node) => {
      if (node.kind === 'call') names.add(dottedName(node.callee));
      if (node.kind !== 'name' || depth > 3) return;
      const meant = bindings.get(node.name);
      if (meant) add([meant], depth + 1);
    });
  add(nodes, 0);
  names.delete('');
  return [...names];
}

function literalsIn(nodes: readonly Syntax[], bindings: Bindings, depth = 0): readonly string[] {
  const found: string[] = [];
  walk(nodes, (node) => {
    if (node.kind === 'literal' && node.type !== 'boolean' && node.type !== 'null') found.push(node.value);
    if (node.kind === 'template') found.push(...node.texts.filter(Boolean));
    if (node.kind !== 'name' || depth > 3) return;
    const meant = bindings.get(node.name);
    if (meant) found.push(...literalsIn([meant], bindings, depth + 1));
  });
  return found;
}
