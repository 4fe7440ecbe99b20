import type { Rule } from 'eslint';
import { isGlobal } from './array-evidence';
import { freeName, hoistPlaces } from './hoisting';
import { asNode, methodCall, parentOf, type Node } from './syntax';

/**
 * `new RegExp('...')` with a fixed pattern is compiled again for every element. It can be created once when the objects are
 * indistinguishable: it only tests or matches, and has no `lastIndex` that moves (flags g and y).
 */
export const regexpInLoop: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { repeated: 'The same regular expression is built again for every element of a loop.' },
  },
  create(context) {
    const source = context.sourceCode;
    const taken = new Set<string>();
    return {
      NewExpression(node) {
        const { callee } = node;
        if (callee.type !== 'Identifier' || callee.name !== 'RegExp' || !isGlobal(source, asNode(callee)))
          return;
        const values = node.arguments.map((argument) =>
          argument.type === 'Literal' ? argument.value : undefined,
        );
        const [pattern, flags = ''] = values;
        if (
          typeof pattern !== 'string' ||
          typeof flags !== 'string' ||
          values.length > 2 ||
          /[gy]/.test(flags)
        )
          return;
        if (!isCompiled(pattern, flags) || !isOnlyAsked(asNode(node))) return;
        const place = hoistPlaces(source, asNode(node), [])[0];
        if (!place) return;
        context.report({
          node,
          messageId: 'repeated',
          fix: (fixer) => {
            const name = freeName(source, asNode(node), 'pattern', taken);
            return [
              ...place.insert(fixer, `const ${name} = ${source.getText(node)};`),
              fixer.replaceText(node, name),
            ];
          },
        });
      },
    };
  },
};

/** An invalid pattern throws when it is reached, and must continue to do so. */
function isCompiled(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags).source.length > 0;
  } catch {
    return false;
  }
}

function isOnlyAsked(node: Node): boolean {
  const parent = parentOf(node);
  if (parent.type === 'MemberExpression' && asNode(parent.object) === node) {
    const called = methodCall(parentOf(parent));
    return called?.method === 'test' || called?.method === 'exec';
  }
  const called = methodCall(parent);
  return called?.arguments[0] === node && ['match', 'search', 'split', 'replace'].includes(called.method);
}
