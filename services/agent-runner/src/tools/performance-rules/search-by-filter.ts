import type { Rule } from 'eslint';
import { isFreshArray, isKnownArray } from './array-evidence';
import { asNode, descendants, isFunction, methodCall, parentOf, type Node } from './syntax';

/**
 * `filter` visits every element and creates an array, only to read its first element or to check whether it is empty:
 * `find` and `some` stop at the first hit. Only for arrays, and for predicates whose skipped calls have no effect.
 */
export const searchByFilter: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: {
      first: '`filter(...)[0]` visits every element; `find` stops at the first hit.',
      any: '`filter(...).length` visits every element; `some` stops at the first hit.',
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      MemberExpression(node) {
        const member = asNode(node);
        const filtered = methodCall(asNode(node.object));
        if (!filtered || filtered.method !== 'filter' || filtered.arguments.length !== 1) return;
        const { receiver, call } = filtered;
        if (!isKnownArray(source, receiver) && !isFreshArray(source, receiver)) return;
        const [predicate] = filtered.arguments;
        if (!predicate || !isHarmless(predicate)) return;
        const start = `${source.getText(receiver)}.`;
        const end = `(${source.getText(predicate)})`;

        if (
          node.computed &&
          node.property.type === 'Literal' &&
          node.property.value === 0 &&
          !isTarget(member)
        ) {
          context.report({
            node: call,
            messageId: 'first',
            fix: (fixer) => fixer.replaceText(member, `${start}find${end}`),
          });
        }
        const isLength =
          !node.computed && node.property.type === 'Identifier' && node.property.name === 'length';
        const comparison = parentOf(member);
        const meaning = isLength ? emptiness(source.getText(comparison), source.getText(member)) : undefined;
        if (meaning === undefined) return;
        context.report({
          node: call,
          messageId: 'any',
          fix: (fixer) =>
            fixer.replaceText(comparison, `${meaning === 'empty' ? '!' : ''}${start}some${end}`),
        });
      },
    };

    function isHarmless(predicate: Node): boolean {
      if (!isFunction(predicate) || predicate.async || predicate.body.type === 'BlockStatement') return false;
      const effects = new Set([
        'CallExpression',
        'NewExpression',
        'AssignmentExpression',
        'UpdateExpression',
        'TaggedTemplateExpression',
        'ImportExpression',
      ]);
      return ![...descendants(source, asNode(predicate.body))].some(
        (node) =>
          effects.has(node.type) &&
          !['includes', 'has', 'startsWith', 'endsWith', 'test'].includes(methodCall(node)?.method ?? ''),
      );
    }
  },
};

function isTarget(member: Node): boolean {
  const parent = parentOf(member);
  return (
    (parent.type === 'AssignmentExpression' && asNode(parent.left) === member) ||
    parent.type === 'UpdateExpression' ||
    (parent.type === 'UnaryExpression' && parent.operator === 'delete')
  );
}

/** The meaning of a comparison of a length with a number, from its text without the length. */
function emptiness(comparison: string, length: string): 'empty' | 'filled' | undefined {
  if (!comparison.startsWith(length)) return undefined;
  const rest = comparison.slice(length.length).replaceAll(/\s/g, '');
  if (['>0', '!==0', '!=0', '>=1'].includes(rest)) return 'filled';
  return ['===0', '==0', '<1'].includes(rest) ? 'empty' : undefined;
}
