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
export function insteadOfName(name, file) {
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
export const refusedWords = (text) => [...text.matchAll(proseWord)].map(([word]) => word.toLowerCase());

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
    // Contracts carry the names of published messages.
    const hasPublishedNames = /\/libs\/contracts\/|\/migrations\//u.test(file);

    /** @param {import('estree').Node | null | undefined} node */
    const checkName = (node) => {
      if (hasPublishedNames || !node || !('name' in node) || typeof node.name !== 'string') return;
      const instead = insteadOfName(node.name, file);
      if (instead !== undefined)
        context.report({ node, messageId: 'name', data: { name: node.name, instead } });
    };
    /** @param {import('estree').Pattern | import('estree').Property | import('estree').RestElement | null} node */
    const checkPattern = (node) => {
      if (!node) return;
      if (node.type === 'Identifier') checkName(node);
      else if (node.type === 'AssignmentPattern') checkPattern(node.left);
      else if (node.type === 'ArrayPattern') node.elements.forEach(checkPattern);
      else if (node.type === 'RestElement') checkPattern(node.argument);
      else if (node.type === 'ObjectPattern')
        for (const property of node.properties)
          checkPattern(property.type === 'RestElement' ? property : /** @type {any} */ (property.value));
    };
    /**
     * @param {string} text
     * @param {{ node: import('estree').Node } | { loc: import('estree').SourceLocation }} at
     */
    const checkProse = (text, at) => {
      for (const word of refusedWords(text))
        context.report({ ...at, messageId: 'prose', data: { word, instead: proseWords.get(word) ?? '' } });
    };
    /** @param {any} node */
    const checkFunction = (node) => {
      checkName(node.id);
      for (const parameter of node.params)
        checkPattern(parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter);
    };
    /** @param {any} node */
    const checkKey = (node) => {
      if (!node.computed) checkName(node.key);
    };
    /** @param {any} node */
    const checkId = (node) => checkName(node.id);

    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments())
          if (comment.loc) checkProse(comment.value, { loc: comment.loc });
      },
      // One word is data: the name of an account, a value on the wire.
      Literal(node) {
        if (typeof node.value === 'string' && node.value.includes(' ')) checkProse(node.value, { node });
      },
      TemplateElement(node) {
        checkProse(node.value.raw, { node });
      },
      VariableDeclarator: (node) => checkPattern(node.id),
      FunctionDeclaration: checkFunction,
      FunctionExpression: checkFunction,
      ArrowFunctionExpression: checkFunction,
      ClassDeclaration: checkId,
      TSInterfaceDeclaration: checkId,
      TSTypeAliasDeclaration: checkId,
      MethodDefinition: checkKey,
      PropertyDefinition: checkKey,
    };
  },
};
