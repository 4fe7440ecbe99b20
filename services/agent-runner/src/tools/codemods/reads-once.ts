import type { Rule } from 'eslint';
import type { BinaryExpression, CallExpression, Expression, MemberExpression, Node } from 'estree';

/** `array.filter(one function)`: builds all matches. A function that takes the index or the array still gets them. */
function filterCall(
  node: Node,
): { readonly call: CallExpression; readonly method: MemberExpression } | undefined {
  if (node.type !== 'CallExpression' || node.optional || node.callee.type !== 'MemberExpression')
    return undefined;
  const { callee } = node;
  if (callee.computed || callee.property.type !== 'Identifier' || callee.property.name !== 'filter')
    return undefined;
  const [predicate] = node.arguments;
  if (node.arguments.length !== 1 || !predicate || !isPure(predicate)) return undefined;
  return { call: node, method: callee };
}

/**
 * Stopping early skips calls, which nobody notices only of a function that has no effect: one expression without calls,
 * assignments or waiting.
 */
function isPure(predicate: Node): boolean {
  if (predicate.type !== 'ArrowFunctionExpression' || !predicate.expression || predicate.async) return false;
  return isQuiet(predicate.body as Expression);
}

function isQuiet(node: Node): boolean {
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'ThisExpression':
      return true;
    case 'MemberExpression':
      return isQuiet(node.object) && (!node.computed || isQuiet(node.property));
    case 'BinaryExpression':
    case 'LogicalExpression':
      return isQuiet(node.left) && isQuiet(node.right);
    case 'UnaryExpression':
      return node.operator !== 'delete' && isQuiet(node.argument);
    case 'ConditionalExpression':
      return isQuiet(node.test) && isQuiet(node.consequent) && isQuiet(node.alternate);
    case 'TemplateLiteral':
      return node.expressions.every(isQuiet);
    default:
      return false;
  }
}

/** `array.filter(f)[0]` becomes `array.find(f)`: both give undefined where nothing matches. */
export const findTheFirst: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { first: 'All matches are collected to take the first; find stops there.' },
  },
  create: (context) => ({
    MemberExpression(node) {
      if (!node.computed || node.optional || node.property.type !== 'Literal' || node.property.value !== 0)
        return;
      const filter = filterCall(node.object);
      if (!filter || isAssigned(node)) return;
      context.report({
        node,
        messageId: 'first',
        fix: (fixer) => [
          fixer.replaceText(filter.method.property, 'find'),
          fixer.removeRange([filter.call.range?.[1] ?? 0, node.range?.[1] ?? 0]),
        ],
      });
    },
  }),
};

const isAssigned = (node: MemberExpression & Rule.NodeParentExtension): boolean =>
  (node.parent.type === 'AssignmentExpression' && node.parent.left === node) ||
  node.parent.type === 'UpdateExpression';

/** Comparisons of a length with a number, and whether they ask for some or for none. */
const asks: Readonly<Record<string, 'some' | 'none'>> = {
  '> 0': 'some',
  '>= 1': 'some',
  '!== 0': 'some',
  '!= 0': 'some',
  '=== 0': 'none',
  '== 0': 'none',
  '< 1': 'none',
};

/** `array.filter(f).length > 0` becomes `array.some(f)`, and `=== 0` its opposite. */
export const askForSome: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { some: 'All matches are collected to see whether there is one; some stops at the first.' },
  },
  create: (context) => ({
    BinaryExpression(node: BinaryExpression & Rule.NodeParentExtension) {
      const { left, right, operator } = node;
      if (left.type !== 'MemberExpression' || left.computed || left.optional) return;
      if (left.property.type !== 'Identifier' || left.property.name !== 'length' || right.type !== 'Literal')
        return;
      const asked = asks[`${operator} ${String(right.value)}`];
      const filter = filterCall(left.object);
      if (!asked || !filter) return;
      context.report({
        node,
        messageId: 'some',
        fix: (fixer) => [
          ...(asked === 'none' ? [fixer.insertTextBefore(node, '!')] : []),
          fixer.replaceText(filter.method.property, 'some'),
          fixer.removeRange([filter.call.range?.[1] ?? 0, node.range?.[1] ?? 0]),
        ],
      });
    },
  }),
};
