import type { Rule } from 'eslint';
import type { ArrowFunctionExpression, CallExpression, Node } from 'estree';

/**
 * `list.reduce((all, item) => [...all, f(item)], [])` copies everything at each step. The accumulator is made here and
 * seen by nobody else, so it may grow in place.
 */
export const growingAccumulator: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { copies: 'The accumulator is copied for each element; it can grow in place.' },
  },
  create: (context) => ({
    CallExpression(node: CallExpression) {
      const match = copyingReduce(node);
      if (!match) return;
      const { callback, accumulator, added } = match;
      const { sourceCode } = context;
      const text = added.map((element) => sourceCode.getText(element)).join(', ');
      context.report({
        node: callback,
        messageId: 'copies',
        fix: (fixer) => {
          const before = sourceCode.getTokenAfter(
            sourceCode.getTokenBefore(callback.body, ({ value }) => value === '=>') ?? callback.body,
          );
          const start = before?.range[0] ?? callback.body.range?.[0] ?? 0;
          return fixer.replaceTextRange(
            [start, callback.range?.[1] ?? 0],
            `{ ${accumulator}.push(${text}); return ${accumulator}; }`,
          );
        },
      });
    },
  }),
};

interface CopyingReduce {
  readonly callback: ArrowFunctionExpression;
  readonly accumulator: string;
  readonly added: readonly Node[];
}

function copyingReduce({ callee, arguments: given }: CallExpression): CopyingReduce | undefined {
  if (
    callee.type !== 'MemberExpression' ||
    callee.computed ||
    callee.property.type !== 'Identifier' ||
    callee.property.name !== 'reduce'
  )
    return undefined;
  const [callback, initial] = given;
  if (
    given.length !== 2 ||
    callback?.type !== 'ArrowFunctionExpression' ||
    callback.async ||
    callback.params.length !== 2
  )
    return undefined;
  if (initial?.type !== 'ArrayExpression' || initial.elements.length > 0) return undefined;
  const [parameter] = callback.params;
  if (parameter?.type !== 'Identifier' || callback.body.type !== 'ArrayExpression') return undefined;
  const [first, ...added] = callback.body.elements;
  if (
    first?.type !== 'SpreadElement' ||
    first.argument.type !== 'Identifier' ||
    first.argument.name !== parameter.name
  )
    return undefined;
  const elements = added.filter((element) => element !== null);
  if (elements.length === 0 || elements.length < added.length) return undefined;
  if (elements.some((element) => element.type === 'SpreadElement' || names(element, parameter.name)))
    return undefined;
  return { callback, accumulator: parameter.name, added: elements };
}

/** Whether the name occurs anywhere below: what is added must not look at what is collected. */
function names(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((member) => names(member, name));
  if ('type' in node && node.type === 'Identifier' && 'name' in node && node.name === name) return true;
  return Object.entries(node).some(([key, member]) => key !== 'parent' && names(member, name));
}
