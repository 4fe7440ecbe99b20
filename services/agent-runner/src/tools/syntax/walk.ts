import type { Syntax } from './syntax';

const some = (node: Syntax | undefined): readonly Syntax[] => (node === undefined ? [] : [node]);

/** The children of a node, in the order of the text. */
function childrenOf(node: Syntax): readonly Syntax[] {
  switch (node.kind) {
    case 'name':
    case 'literal':
    case 'import':
      return [];
    case 'template':
      return node.values;
    case 'list':
      return node.items;
    case 'record':
      return node.entries.flatMap(({ key, value }) => [...some(key), value]);
    case 'call':
      return [node.callee, ...node.args, ...node.named.map(({ value }) => value)];
    case 'member':
      return typeof node.property === 'string' ? [node.object] : [node.object, node.property];
    case 'binary':
    case 'logical':
      return [node.left, node.right];
    case 'unary':
    case 'await':
    case 'spread':
      return [node.operand];
    case 'conditional':
      return [node.test, node.whenTrue, node.whenFalse];
    case 'function':
      return [
        ...node.decorators,
        ...node.parameters.flatMap(({ pattern, initial }) => [pattern, ...some(initial)]),
        ...node.body,
      ];
    case 'class':
      return [...node.decorators, ...node.bases, ...node.members];
    case 'assign':
      return [node.target, node.value];
    case 'declare':
      return [node.target, ...some(node.value)];
    case 'return':
    case 'throw':
      return some(node.value);
    case 'if':
      return [node.test, ...node.whenTrue, ...node.whenFalse];
    case 'loop':
      return [...some(node.target), ...some(node.iterable), ...some(node.test), ...node.body];
    case 'try':
      return [
        ...node.body,
        ...node.handlers.flatMap(({ type, body }) => [...some(type), ...body]),
        ...node.last,
      ];
    case 'switch':
      return [node.subject, ...node.cases.flatMap(({ test, body }) => [...some(test), ...body])];
    case 'block':
      return [...node.items, ...node.body];
    case 'other':
      return node.children;
  }
}

/**
 * Visits nodes and everything in them, with their ancestors (innermost first). `visit` returns false to skip the
 * children of a node.
 */
export function walk(
  nodes: readonly Syntax[],
  visit: (node: Syntax, ancestors: readonly Syntax[]) => boolean | void,
  ancestors: readonly Syntax[] = [],
): void {
  for (const node of nodes)
    if (visit(node, ancestors) !== false) walk(childrenOf(node), visit, [node, ...ancestors]);
}

/** `a.b.c` for names and members with known names; a call in between is `()`. Empty for anything else. */
export function dottedName(node: Syntax): string {
  if (node.kind === 'name') return node.name;
  if (node.kind === 'call') {
    const callee = dottedName(node.callee);
    return callee === '' ? '' : `${callee}()`;
  }
  if (node.kind === 'await') return dottedName(node.operand);
  if (node.kind !== 'member') return '';
  const property = typeof node.property === 'string' ? node.property : constantText(node.property);
  const object = dottedName(node.object);
  return object === '' || property === undefined ? '' : `${object}.${property}`;
}

/** The last word of a callee or a read value: `c` of `a.b.c`, and of `/x/.c`. */
export function lastName(node: Syntax): string {
  if (node.kind === 'name') return node.name;
  if (node.kind === 'await') return lastName(node.operand);
  if (node.kind !== 'member') return '';
  return typeof node.property === 'string' ? node.property : (constantText(node.property) ?? '');
}

/** The constant text of an expression: a literal, or a sum of literals. */
export function constantText(node: Syntax): string | undefined {
  if (node.kind === 'literal') return node.value;
  if (node.kind === 'template' && node.values.length === 0) return node.texts.join('');
  if (node.kind !== 'binary' || node.operator !== '+') return undefined;
  const [left, right] = [constantText(node.left), constantText(node.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** The names that a pattern binds. */
export function boundNames(pattern: Syntax): readonly string[] {
  switch (pattern.kind) {
    case 'name':
      return [pattern.name];
    case 'list':
      return pattern.items.flatMap(boundNames);
    case 'record':
      return pattern.entries.flatMap(({ value }) => boundNames(value));
    case 'spread':
      return boundNames(pattern.operand);
    case 'assign':
      return boundNames(pattern.target);
    default:
      return [];
  }
}
