import type { Node } from 'estree';
import type { Parented } from './array-origin';

/** Array methods that call their function once for each element. */
const iterating: ReadonlySet<string> = new Set([
  'map',
  'filter',
  'forEach',
  'some',
  'every',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'flatMap',
  'reduce',
  'reduceRight',
  'sort',
  'from',
]);

const loops: ReadonlySet<string> = new Set([
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'DoWhileStatement',
]);

/** Whether `node` runs many times for one run of `declaration`: a loop or an iterating callback lies between them. */
export function isRepeatedSince(node: Node, declaration: Node): boolean {
  let inner = node as Parented;
  for (let outer = inner.parent; outer; inner = outer, outer = outer.parent) {
    if (contains(outer, declaration)) return false;
    if (loops.has(outer.type) && isRepeatedPart(inner, outer)) return true;
    if (isIteratingCallback(inner, outer)) return true;
  }
  return false;
}

const contains = (outer: Node, inner: Node): boolean => {
  const [start, end] = rangeOf(outer);
  const [innerStart, innerEnd] = rangeOf(inner);
  return start <= innerStart && innerEnd <= end;
};

const rangeOf = (node: Node): [number, number] => node.range ?? [0, 0];

/** The right side of `for … of` and the first part of `for (;;)` run once. */
function isRepeatedPart(part: Parented, loop: Parented): boolean {
  if (loop.type === 'ForStatement') return part !== loop.init;
  if (loop.type === 'ForOfStatement' || loop.type === 'ForInStatement') return part !== loop.right;
  return true;
}

function isIteratingCallback(node: Parented, call: Parented): boolean {
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return false;
  if (call.type !== 'CallExpression' || !call.arguments.includes(node)) return false;
  const { callee } = call;
  return (
    callee.type === 'MemberExpression' &&
    callee.property.type === 'Identifier' &&
    iterating.has(callee.property.name)
  );
}
