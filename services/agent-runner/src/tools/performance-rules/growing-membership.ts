import type { Rule, Scope, SourceCode } from 'eslint';
import { freeName, hoistPlaces, indentation } from './hoisting';
import { useOf } from './mutation';
import { membershipTest, type MembershipTest } from './repeated-membership';
import {
  asNode,
  definitionOf,
  initialValue,
  isReassigned,
  isSimple,
  methodCall,
  ownFunction,
  parentOf,
  variableOf,
  type Node,
} from './syntax';

/**
 * A list that is searched for its earlier elements: the usual way to drop duplicates, and quadratic. Adds a set
 * beside the list. Only for a list created empty here, that nothing but `push` in the same function ever changes.
 */
export const growingMembership: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: { growing: '`{{array}}` is searched from its beginning while it grows.' },
  },
  create(context) {
    const source = context.sourceCode;
    const taken = new Set<string>();
    const tests = new Map<Scope.Variable, MembershipTest[]>();
    return {
      CallExpression(node) {
        const test = membershipTest(node);
        const variable = test && variableOf(source, test.array);
        if (
          !test ||
          !variable ||
          !isEmptyList(variable) ||
          hoistPlaces(source, test.node, [variable]).length === 0
        )
          return;
        // `indexOf` never finds NaN, so that every NaN is kept: a set would keep one.
        if (test.ignoresNaN) return;
        tests.set(variable, [...(tests.get(variable) ?? []), test]);
      },
      'Program:exit'() {
        for (const [variable, asked] of tests) {
          const pushes = pushesOf(source, variable);
          const [first] = asked;
          if (!first || !pushes || pushes.length === 0) continue;
          context.report({
            node: first.node,
            messageId: 'growing',
            data: { array: variable.name },
            fix: (fixer) =>
              rewrite(
                source,
                fixer,
                variable,
                asked,
                pushes,
                freeName(source, first.node, `${variable.name}Set`, taken),
              ),
          });
        }
      },
    };
  },
};

function isEmptyList(variable: Scope.Variable): boolean {
  const value = initialValue(variable);
  const declaration = definitionOf(variable)?.parent;
  const isAlone = declaration?.type === 'VariableDeclaration' && declaration.declarations.length === 1;
  return (
    isAlone && value?.type === 'ArrayExpression' && value.elements.length === 0 && !isReassigned(variable)
  );
}

interface Push {
  readonly statement: Node;
  readonly argument: Node;
}

/** Every change of the list, if each is a statement `list.push(x)`; undefined where the list may change otherwise. */
function pushesOf(source: SourceCode, variable: Scope.Variable): readonly Push[] | undefined {
  const definition = definitionOf(variable);
  if (!definition) return undefined;
  const home = ownFunction(asNode(definition.name));
  const pushes: Push[] = [];
  for (const reference of variable.references) {
    const identifier = asNode(reference.identifier);
    if (reference.init) continue;
    const use = useOf(source, identifier);
    if (use === 'reads') continue;
    // Returned at the end of its own function: later changes do not affect this function.
    if (use === 'escapes' && isReturned(identifier) && ownFunction(identifier) === home) continue;
    const call = methodCall(parentOf(parentOf(identifier)));
    const [argument] = call?.arguments ?? [];
    const statement = call && parentOf(call.call);
    const isPush =
      call?.method === 'push' && call.arguments.length === 1 && statement?.type === 'ExpressionStatement';
    if (!isPush || !argument || !isSimple(argument)) return undefined;
    pushes.push({ statement, argument });
  }
  return pushes;
}

/** `return list`, `return [...]` with it, `return { list }`. */
function isReturned(identifier: Node): boolean {
  let current = parentOf(identifier);
  while (['Property', 'ObjectExpression', 'ArrayExpression'].includes(current.type))
    current = parentOf(current);
  return current.type === 'ReturnStatement';
}

function rewrite(
  source: SourceCode,
  fixer: Rule.RuleFixer,
  variable: Scope.Variable,
  tests: readonly MembershipTest[],
  pushes: readonly Push[],
  set: string,
): readonly Rule.Fix[] {
  const declaration = definitionOf(variable)?.parent;
  if (!declaration) return [];
  const indent = indentation(source, asNode(declaration));
  return [
    fixer.insertTextAfter(declaration, `\n${indent}const ${set} = new Set();`),
    ...tests.map((test) =>
      fixer.replaceText(test.node, `${test.isNegated ? '!' : ''}${set}.has(${source.getText(test.sought)})`),
    ),
    ...pushes.map(({ statement, argument }) =>
      addAfter(source, fixer, statement, `${set}.add(${source.getText(argument)});`),
    ),
  ];
}

function addAfter(source: SourceCode, fixer: Rule.RuleFixer, statement: Node, text: string): Rule.Fix {
  const indent = indentation(source, statement);
  const parent = parentOf(statement);
  if (parent.type === 'BlockStatement' || parent.type === 'Program') {
    return fixer.insertTextAfter(statement, `\n${indent}${text}`);
  }
  return fixer.replaceText(
    statement,
    `{\n${indent}  ${source.getText(statement)}\n${indent}  ${text}\n${indent}}`,
  );
}
