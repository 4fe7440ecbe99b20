import type { Rule, Scope, SourceCode } from 'eslint';

/** Nodes with their parents, as rules get them. ESTree types children without parents; `asNode` adds them. */
export type Node = Rule.Node;
export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>;
export const asNode = (node: { readonly type: string }): Node => node as Node;

/** Only the program has no parent; it is its own, so that walks upwards end there. */
export const parentOf = (node: Node): Node => node.parent ?? node;

const loopTypes = new Set([
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
export type Loop = NodeOf<
  'ForStatement' | 'ForOfStatement' | 'ForInStatement' | 'WhileStatement' | 'DoWhileStatement'
>;
export const isLoop = (node: Node): node is Loop => loopTypes.has(node.type);

export type FunctionNode = NodeOf<'ArrowFunctionExpression' | 'FunctionExpression' | 'FunctionDeclaration'>;
export const isFunction = (node: Node): node is FunctionNode =>
  node.type === 'ArrowFunctionExpression' ||
  node.type === 'FunctionExpression' ||
  node.type === 'FunctionDeclaration';

/** Methods that call their callback for each element, and have done so when they return. */
const iterationMethods = new Set([
  ...[
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
  ],
  ...['reduce', 'reduceRight', 'sort', 'toSorted'],
]);

export interface MethodCall {
  readonly call: NodeOf<'CallExpression'>;
  readonly receiver: Node;
  readonly method: string;
  readonly arguments: readonly Node[];
}

/** `receiver.method(...)`, not optional, not computed; undefined for anything else. */
export function methodCall(node: Node): MethodCall | undefined {
  if (node.type !== 'CallExpression' || node.optional) return undefined;
  const { callee } = node;
  if (callee.type !== 'MemberExpression' || callee.computed || callee.optional) return undefined;
  if (callee.property.type !== 'Identifier' || callee.object.type === 'Super') return undefined;
  return {
    call: node,
    receiver: asNode(callee.object),
    method: callee.property.name,
    arguments: node.arguments.map(asNode),
  };
}

/** The call whose callback `node` is, when that callback runs once for each element. */
export function iterationOf(node: Node): MethodCall | undefined {
  if (!isFunction(node) || node.async || node.generator) return undefined;
  const called = node.parent.type === 'CallExpression' ? methodCall(node.parent) : undefined;
  return called && iterationMethods.has(called.method) && called.arguments[0] === node ? called : undefined;
}

export const isInside = (inner: Node, outer: Node): boolean => {
  const [start = 0, end = 0] = inner.range ?? [];
  const [outerStart = 0, outerEnd = 0] = outer.range ?? [];
  return start >= outerStart && end <= outerEnd;
};
export const startsAfter = (node: Node, other: Node): boolean =>
  (node.range?.[0] ?? 0) >= (other.range?.[1] ?? 0);

export function variableOf(source: SourceCode, identifier: Node): Scope.Variable | undefined {
  if (identifier.type !== 'Identifier') return undefined;
  for (let scope: Scope.Scope | null = source.getScope(identifier); scope; scope = scope.upper) {
    const found = scope.set.get(identifier.name);
    if (found) return found;
  }
  return undefined;
}

/** The only definition of a variable, where it has exactly one. */
export const definitionOf = (variable: Scope.Variable): Scope.Definition | undefined =>
  variable.defs.length === 1 ? variable.defs[0] : undefined;

/** The initial value of a `const` or once-assigned `let`. */
export function initialValue(variable: Scope.Variable): Node | undefined {
  const definition = definitionOf(variable);
  if (definition?.type !== 'Variable' || definition.node.type !== 'VariableDeclarator') return undefined;
  if (definition.node.id.type !== 'Identifier' || !definition.node.init) return undefined;
  return asNode(definition.node.init);
}

export const isReassigned = (variable: Scope.Variable): boolean =>
  variable.references.some((reference) => reference.isWrite() && !reference.init);

/** The function that a node belongs to, or the program. */
export function ownFunction(node: Node): Node {
  let current = parentOf(node);
  while (!isFunction(current) && current.type !== 'Program') current = parentOf(current);
  return current;
}

/** Every node below and including `root`. */
export function* descendants(source: SourceCode, root: Node): Generator<Node> {
  yield root;
  for (const key of source.visitorKeys[root.type] ?? []) {
    const child = (root as unknown as Record<string, unknown>)[key];
    for (const node of Array.isArray(child) ? child : [child]) {
      if (isNode(node)) yield* descendants(source, node);
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Text with the same meaning everywhere in the same scope, and without effect when evaluated twice. */
export function isSimple(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'Literal' || node.type === 'ThisExpression') return true;
  if (node.type !== 'MemberExpression' || node.optional || node.object.type === 'Super') return false;
  return isSimple(asNode(node.object)) && (!node.computed || isSimple(asNode(node.property)));
}
