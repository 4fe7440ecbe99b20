import type { Rule, Scope, SourceCode } from 'eslint';
import { isArrayVariable } from './array-evidence';
import { freeName, hoistPlaces, type HoistPlace } from './hoisting';
import { isUnchangedDuring } from './mutation';
import { asNode, descendants, isFunction, methodCall, variableOf, type Node } from './syntax';

interface Lookup {
  readonly node: Node;
  readonly array: Node;
  readonly element: string;
  /** Of each element, e.g. `id`. */
  readonly key: string;
  readonly sought: Node;
}

interface Candidate extends Lookup {
  readonly variable: Scope.Variable;
  readonly place: HoistPlace;
}

/**
 * A record looked up by a key, from the beginning of the list, for every element of a loop. The list becomes a map before
 * it. The first of several records with one key still wins, NaN still equals nothing, and where the list might have
 * holes (or be no array) the new code detects that at run time and uses the old code.
 */
export const repeatedFind: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: {
      repeated: '`{{array}}` is searched by `{{key}}` from its beginning for every element of a loop.',
    },
  },
  create(context) {
    const source = context.sourceCode;
    const taken = new Set<string>();
    return {
      CallExpression(node) {
        const lookup = lookupOf(source, asNode(node));
        const variable = lookup && variableOf(source, lookup.array);
        if (!lookup || !variable || isAnswered(source, lookup)) return;
        const places = hoistPlaces(source, lookup.node, [variable]);
        if (places.length === 0) return;
        const place = places.find(
          ({ region }) =>
            isUnchangedDuring(source, variable, region) && !writesKey(source, region, lookup.key),
        );
        context.report({
          node: lookup.node,
          messageId: 'repeated',
          data: { array: source.getText(lookup.array), key: lookup.key },
          fix: (fixer) => (place ? rewrite(source, fixer, { ...lookup, variable, place }, taken) : null),
        });
      },
    };
  },
};

/** `array.find((e) => e.key === sought)`, with a `sought` that is independent of `e`. */
function lookupOf(source: SourceCode, node: Node): Lookup | undefined {
  const called = methodCall(node);
  const [predicate] = called?.arguments ?? [];
  if (called?.method !== 'find' || called.arguments.length !== 1 || !predicate || !isFunction(predicate))
    return undefined;
  const [parameter, ...others] = predicate.params;
  if (parameter?.type !== 'Identifier' || others.length > 0 || predicate.async || predicate.generator)
    return undefined;
  const { body } = predicate;
  const statement = body.type === 'BlockStatement' ? body.body[0] : undefined;
  const returned =
    statement?.type === 'ReturnStatement' && body.type === 'BlockStatement' && body.body.length === 1
      ? statement.argument
      : undefined;
  const condition = body.type === 'BlockStatement' ? returned : body;
  if (condition?.type !== 'BinaryExpression' || condition.operator !== '===') return undefined;
  const sides = [asNode(condition.left), asNode(condition.right)] as const;
  for (const [own, sought] of [sides, [sides[1], sides[0]] as const]) {
    const isKey =
      own.type === 'MemberExpression' &&
      !own.computed &&
      !own.optional &&
      own.object.type === 'Identifier' &&
      own.object.name === parameter.name &&
      own.property.type === 'Identifier';
    if (isKey && isIndependent(source, sought, parameter.name) && own.property.type === 'Identifier') {
      return { node, array: called.receiver, element: parameter.name, key: own.property.name, sought };
    }
  }
  return undefined;
}

/** Reading it once before the search is the same as reading it at every step. */
function isIndependent(source: SourceCode, sought: Node, parameter: string): boolean {
  const allowed = new Set([
    'Identifier',
    'MemberExpression',
    'Literal',
    'TemplateLiteral',
    'TemplateElement',
    'ThisExpression',
  ]);
  return [...descendants(source, sought)].every(
    (node) => allowed.has(node.type) && !(node.type === 'Identifier' && node.name === parameter),
  );
}

/** An element that is given another key during the loop would be found under the old one. */
function writesKey(source: SourceCode, region: Node, key: string): boolean {
  return [...descendants(source, region)].some((node) => {
    if (node.type === 'CallExpression') return methodCall(node)?.method === 'assign';
    const target =
      node.type === 'AssignmentExpression'
        ? node.left
        : node.type === 'UpdateExpression'
          ? node.argument
          : undefined;
    if (target?.type !== 'MemberExpression') return false;
    return target.computed || (target.property.type === 'Identifier' && target.property.name === key);
  });
}

const indexDeclaration = (
  source: SourceCode,
  { array, element, key, variable }: Candidate,
  index: string,
): string => {
  const list = source.getText(array);
  const isKeyed = isArrayVariable(source, variable) ? '' : `Array.isArray(${list}) && `;
  const every = `${list}.every((${element}) => ${element} != null && ${element}.${key} === ${element}.${key})`;
  // Reversed, so that of several with one key the first is inserted last.
  const map = `new Map(${list}.map((${element}) => [${element}.${key}, ${element}]${isTyped(source) ? ' as const' : ''}).reverse())`;
  return `const ${index} = ${isKeyed}${every} ? ${map} : undefined;`;
};

/** TypeScript would infer the pair as an array of a union. */
const isTyped = (source: SourceCode): boolean => 'esTreeNodeToTSNodeMap' in source.parserServices;

function rewrite(
  source: SourceCode,
  fixer: Rule.RuleFixer,
  candidate: Candidate,
  taken: Set<string>,
): readonly Rule.Fix[] {
  const array = source.getText(candidate.array);
  const capitalised = candidate.key.charAt(0).toUpperCase() + candidate.key.slice(1);
  const index = freeName(source, candidate.node, `${array}By${capitalised}`, taken);
  const old = source.getText(candidate.node);
  return [
    ...candidate.place.insert(fixer, indexDeclaration(source, candidate, index)),
    fixer.replaceText(
      candidate.node,
      `(${index} ? ${index}.get(${source.getText(candidate.sought)}) : ${old})`,
    ),
  ];
}

function isAnswered(source: SourceCode, lookup: Lookup): boolean {
  const { parent } = lookup.node;
  return (
    parent?.type === 'ConditionalExpression' &&
    asNode(parent.alternate) === lookup.node &&
    parent.consequent.type === 'CallExpression' &&
    source.getText(parent.consequent).startsWith(`${source.getText(parent.test)}.get(`)
  );
}
