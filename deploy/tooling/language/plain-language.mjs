// The ESLint rule that keeps the vocabulary of deploy/docs/glossary.md: declared names, comments and texts.
import {
  actingWords,
  identifierWords,
  proseWord,
  proseWords,
  publishedNames,
  superlatives,
} from './words.mjs';

/** @param {string} name */
const wordsOf = (name) =>
  name
    .replace(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .replaceAll(/[_$#]+/gu, ' ')
    .trim()
    .split(' ');

/**
 * What to write instead of a declared name; undefined when the name is fine.
 *
 * @param {string} name
 * @param {string} file
 */
function insteadOfName(name, file) {
  if (publishedNames.has(name)) return undefined;
  const words = wordsOf(name);
  const [first = ''] = words;
  const lower = words.map((word) => word.toLowerCase());
  if (words.length > 1) {
    const bound = superlatives.get(first.toLowerCase());
    if (bound !== undefined) return `${bound}…`;
    const acting = actingWords.get(first);
    if (acting !== undefined) return acting;
  }
  return identifierWords.find(
    ({ words: refused, except }) => !except?.test(file) && lower.some((word) => refused.includes(word)),
  )?.instead;
}

/**
 * The words of a text that are refused in prose.
 *
 * @param {string} text
 */
const refusedWords = (text) => [...text.matchAll(proseWord)].map(([word]) => word.toLowerCase());

/** Where a name is declared; a field of an object literal or of an interface may be a field on the wire. */
const declaredNames = [
  ':matches(VariableDeclarator, FunctionDeclaration, FunctionExpression, ClassDeclaration) > Identifier.id',
  ':matches(TSInterfaceDeclaration, TSTypeAliasDeclaration) > Identifier.id',
  ':function > Identifier.params',
  'AssignmentPattern > Identifier.left',
  'ArrayPattern > Identifier.elements',
  'ObjectPattern > Property > Identifier.value',
  'RestElement > Identifier.argument',
  'TSParameterProperty > Identifier.parameter',
  ':matches(MethodDefinition, PropertyDefinition)[computed=false] > :matches(Identifier, PrivateIdentifier).key',
].join(', ');

/** @type {import('eslint').Rule.RuleModule} */
export const plainLanguage = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      name: '“{{name}}” is no word of the field. Write {{instead}} (deploy/docs/glossary.md).',
      prose: 'Do not write “{{word}}”. Write {{instead}} (deploy/docs/glossary.md).',
    },
  },
  create(context) {
    const file = context.filename.replaceAll('\\', '/');
    // Contracts carry the names of published messages, migrations those of tables.
    const hasPublishedNames = /\/libs\/contracts\/|\/migrations\//u.test(file);

    /**
     * @param {string} text
     * @param {import('eslint').AST.SourceLocation | null | undefined} loc
     */
    const checkProse = (text, loc) => {
      if (!loc) return;
      for (const word of refusedWords(text))
        context.report({ loc, messageId: 'prose', data: { word, instead: proseWords.get(word) ?? '' } });
    };

    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) checkProse(comment.value, comment.loc);
      },
      Literal(node) {
        // One word is data: the name of an account, a value on the wire.
        if (typeof node.value === 'string' && node.value.includes(' ')) checkProse(node.value, node.loc);
      },
      TemplateElement(node) {
        checkProse(node.value.raw, node.loc);
      },
      [declaredNames](/** @type {import('eslint').Rule.Node & { name: string }} */ node) {
        const instead = hasPublishedNames ? undefined : insteadOfName(node.name, file);
        if (instead !== undefined)
          context.report({ node, messageId: 'name', data: { name: node.name, instead } });
      },
    };
  },
};
