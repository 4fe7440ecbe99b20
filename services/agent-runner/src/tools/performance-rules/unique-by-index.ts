import type { Rule, SourceCode } from 'eslint';
import { isFreshArray, isKnownArray } from './array-evidence';
import { freeName, nearestPlace } from './hoisting';
import { asNode, methodCall, type MethodCall, type Node } from './syntax';

/**
 * `list.filter((x, i) => list.indexOf(x) === i)` drops duplicates in quadratic time. A set of seen elements gives the
 * same list: first occurrences in order, and no NaN, which `indexOf` never finds.
 */
export const uniqueByIndex: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { unique: 'Every element is looked for from the beginning of its own list.' },
  },
  create(context) {
    const source = context.sourceCode;
    const taken = new Set<string>();
    return {
      CallExpression(node) {
        const filtered = methodCall(node);
        const element = filtered && elementOf(source, filtered);
        if (!filtered || element === undefined) return;
        const { receiver } = filtered;
        const isArray = isKnownArray(source, receiver) || isFreshArray(source, receiver);
        context.report({
          node,
          messageId: 'unique',
          fix: (fixer) => {
            const place = nearestPlace(source, asNode(node));
            if (!isArray || !place) return null;
            const seen = freeName(source, asNode(node), 'seen', taken);
            const isNew = `${element} === ${element} && !${seen}.has(${element}) && Boolean(${seen}.add(${element}))`;
            return [
              ...place.insert(fixer, `const ${seen} = new Set();`),
              fixer.replaceText(node, `${source.getText(receiver)}.filter((${element}) => ${isNew})`),
            ];
          },
        });
      },
    };
  },
};

/** The name of the element in such a filter; undefined for any other call. */
function elementOf(source: SourceCode, filtered: MethodCall): string | undefined {
  const [predicate] = filtered.arguments;
  if (filtered.method !== 'filter' || filtered.arguments.length !== 1) return undefined;
  if (predicate?.type !== 'ArrowFunctionExpression' || predicate.body.type !== 'BinaryExpression')
    return undefined;
  const [element, index, self] = predicate.params;
  if (element?.type !== 'Identifier' || index?.type !== 'Identifier' || predicate.body.operator !== '===')
    return undefined;
  const sides: readonly Node[] = [asNode(predicate.body.left), asNode(predicate.body.right)];
  const search = sides.map((side) => methodCall(side)).find((called) => called?.method === 'indexOf');
  const hasIndex = sides.some((side) => side.type === 'Identifier' && side.name === index.name);
  const [sought] = search?.arguments ?? [];
  if (
    !search ||
    !hasIndex ||
    search.arguments.length !== 1 ||
    sought?.type !== 'Identifier' ||
    sought.name !== element.name
  )
    return undefined;
  const searched = source.getText(search.receiver);
  const isItself =
    (self?.type === 'Identifier' && searched === self.name) ||
    (searched === source.getText(filtered.receiver) && filtered.receiver.type === 'Identifier');
  return isItself ? element.name : undefined;
}
