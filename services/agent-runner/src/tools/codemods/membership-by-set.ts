import type { Rule, Scope } from 'eslint';
import type { Identifier, VariableDeclarator } from 'estree';
import { freshArrayDeclarator, type Parented, useOf } from './array-origin';
import { isRepeatedSince } from './repetition';

/**
 * An array that is only looked into, again and again, becomes a `Set`: `includes` walks it each time, `has` does not. Both
 * compare by SameValueZero, so the answers are the same. Only arrays that are made here, are held by nobody else and are
 * never changed are touched.
 */
export const membershipBySet: Rule.RuleModule = {
  meta: {
    type: 'suggestion',
    fixable: 'code',
    schema: [],
    messages: {
      repeated: '"{{name}}" is searched from its beginning each time; a Set finds a member at once.',
    },
  },
  create: (context) => ({
    'Program:exit'(program) {
      for (const scope of scopesBelow(context.sourceCode.getScope(program)))
        for (const variable of scope.variables) report(context, variable);
    },
  }),
};

function* scopesBelow(scope: Scope.Scope): Generator<Scope.Scope> {
  yield scope;
  for (const child of scope.childScopes) yield* scopesBelow(child);
}

function report(context: Rule.RuleContext, variable: Scope.Variable): void {
  const declarator = freshArrayDeclarator(variable);
  if (!declarator) return;
  const uses = variable.references.map((reference) => ({
    use: useOf(reference),
    node: reference.identifier as Identifier & Parented,
  }));
  if (uses.some(({ use }) => use === 'other')) return;
  const searches = uses.filter(({ use }) => use === 'membership').map(({ node }) => node);
  const [repeated] = searches.filter((node) => isRepeatedSince(node, declarator));
  if (!repeated) return;
  const isOnlySearched = uses.every(({ use }) => use === 'membership' || use === 'declaration');
  context.report({
    node: repeated,
    messageId: 'repeated',
    data: { name: variable.name },
    fix: (fixer) =>
      isOnlySearched && !hasAnnotation(declarator)
        ? becomeSet(context, fixer, declarator, searches)
        : addSet(context, fixer, variable, declarator, searches),
  });
}

/** A declared type says that it is an array, so it stays one. */
const hasAnnotation = ({ id }: VariableDeclarator): boolean =>
  'typeAnnotation' in id && id.typeAnnotation !== undefined;

function becomeSet(
  { sourceCode }: Rule.RuleContext,
  fixer: Rule.RuleFixer,
  { init }: VariableDeclarator,
  searches: readonly Parented[],
): Rule.Fix[] {
  if (!init) return [];
  return [fixer.replaceText(init, `new Set(${sourceCode.getText(init)})`), ...asking(fixer, searches)];
}

/** The array is also read in other ways: it stays, and a set beside it answers. */
function addSet(
  { sourceCode }: Rule.RuleContext,
  fixer: Rule.RuleFixer,
  variable: Scope.Variable,
  declarator: VariableDeclarator,
  searches: readonly Parented[],
): Rule.Fix[] | null {
  const statement = (declarator as Parented).parent;
  const name = `${variable.name}Set`;
  if (!statement || isTaken(variable.scope, name)) return null;
  const indent = /[^\S\n]*$/.exec(sourceCode.text.slice(0, statement.range?.[0]))?.[0] ?? '';
  return [
    fixer.insertTextAfter(statement, `\n${indent}const ${name} = new Set(${variable.name});`),
    ...searches.map((node) => fixer.replaceText(node, name)),
    ...asking(fixer, searches),
  ];
}

const asking = (fixer: Rule.RuleFixer, searches: readonly Parented[]): Rule.Fix[] =>
  searches.flatMap(({ parent }) =>
    parent?.type === 'MemberExpression' ? [fixer.replaceText(parent.property, 'has')] : [],
  );

/** Here, above where it would hide, or below where it would be hidden. */
function isTaken(scope: Scope.Scope, name: string): boolean {
  const isBelow = (inner: Scope.Scope): boolean =>
    inner.set.has(name) ||
    inner.through.some(({ identifier }) => 'name' in identifier && identifier.name === name) ||
    inner.childScopes.some(isBelow);
  return isBelow(scope);
}
