import type { Rule, SourceCode } from 'eslint';
import { asNode, descendants, isFunction, methodCall, variableOf, type Node, type NodeOf } from './syntax';

/**
 * A reduction that copies its accumulator for every element is quadratic in time and memory. A list that the reduction
 * itself created, and that no other code has seen yet, can be extended in place.
 */
export const copyingAccumulator: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: {
      list: 'The whole list is copied for every element; it can be extended in place.',
      object: 'The whole object is copied for every element; assign to it, or use a Map.',
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      CallExpression(node) {
        const called = methodCall(node);
        const [reducer, initial] = called?.arguments ?? [];
        if (called?.method !== 'reduce' || called.arguments.length !== 2 || !reducer || !initial) return;
        if (reducer.type !== 'ArrowFunctionExpression' || reducer.async) return;
        const [accumulator] = reducer.params;
        if (accumulator?.type !== 'Identifier') return;
        const result = resultOf(reducer);
        if (!result) return;
        if (initial.type === 'ObjectExpression' && result.type === 'ObjectExpression') {
          // A computed key could be `__proto__`, which assigning takes differently: advice only.
          const [first] = result.properties;
          const copies =
            first?.type === 'SpreadElement' && source.getText(first.argument) === accumulator.name;
          if (copies) context.report({ node: result, messageId: 'object' });
          return;
        }
        if (initial.type !== 'ArrayExpression' || initial.elements.length > 0) return;
        const statements = extensions(source, result, accumulator.name);
        if (!statements || usesOf(source, reducer, accumulator.name) !== 1) return;
        context.report({
          node: result,
          messageId: 'list',
          fix: (fixer) => {
            const body = asNode(reducer.body);
            const indent = /^\s*/.exec(source.lines[(result.loc?.start.line ?? 1) - 1] ?? '')?.[0] ?? '';
            if (body.type !== 'BlockStatement') {
              const arrow = source.getTokenBefore(body, (token) => token.value === '=>');
              const last = source.getLastToken(reducer);
              if (!arrow || !last) return null;
              const lines = [...statements, `return ${accumulator.name};`]
                .map((line) => `${indent}  ${line}`)
                .join('\n');
              return fixer.replaceTextRange([arrow.range[1], last.range[1]], ` {\n${lines}\n${indent}}`);
            }
            const returned = asNode(result).parent;
            return returned
              ? fixer.replaceText(
                  returned,
                  [...statements, `return ${accumulator.name};`].join(`\n${indent}`),
                )
              : null;
          },
        });
      },
    };
  },
};

/** The expression that a reducer returns, when it is one expression or ends with its only `return`. */
function resultOf(reducer: NodeOf<'ArrowFunctionExpression'>): Node | undefined {
  const body = asNode(reducer.body);
  if (body.type !== 'BlockStatement') return body;
  const last = body.body.at(-1);
  const isOnly = !body.body
    .slice(0, -1)
    .some((statement) => !['VariableDeclaration', 'ExpressionStatement'].includes(statement.type));
  return last?.type === 'ReturnStatement' && last.argument && isOnly ? asNode(last.argument) : undefined;
}

/** The statements that extend the list as `result` does: `[...list, a, ...b]` or `list.concat([a])`. */
function extensions(source: SourceCode, result: Node, list: string): readonly string[] | undefined {
  const called = methodCall(result);
  if (
    called?.method === 'concat' &&
    source.getText(called.receiver) === list &&
    called.arguments.length === 1
  ) {
    const [added] = called.arguments;
    // Anything but a literal list may be an array or not, which `concat` treats differently.
    return added?.type === 'ArrayExpression'
      ? pushes(
          source,
          added.elements.map((element) => element && asNode(element)),
          list,
        )
      : undefined;
  }
  if (result.type !== 'ArrayExpression') return undefined;
  const [first, ...rest] = result.elements;
  if (first?.type !== 'SpreadElement' || source.getText(first.argument) !== list) return undefined;
  return pushes(
    source,
    rest.map((element) => element && asNode(element)),
    list,
  );
}

function pushes(
  source: SourceCode,
  elements: readonly (Node | null)[],
  list: string,
): readonly string[] | undefined {
  if (elements.length === 0 || elements.some((element) => element === null)) return undefined;
  const hasSpread = elements.some((element) => element?.type === 'SpreadElement');
  // Evaluated one after the other, an element would see those before it already on the list; one alone cannot.
  if (hasSpread && elements.length > 1) return undefined;
  return elements.flatMap((element) => {
    if (!element) return [];
    if (element.type !== 'SpreadElement') return [`${list}.push(${source.getText(element)});`];
    return [`for (const item of ${source.getText(element.argument)}) ${list}.push(item);`];
  });
}

function usesOf(source: SourceCode, reducer: Node, name: string): number {
  if (!isFunction(reducer)) return 0;
  const variable = variableOf(source, asNode(reducer.params[0] ?? reducer));
  const inBody = [...descendants(source, asNode(reducer.body))].filter(
    (node) => node.type === 'Identifier' && node.name === name,
  );
  return variable ? variable.references.length : inBody.length;
}
