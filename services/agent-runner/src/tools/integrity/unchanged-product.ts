import type { Intent } from '@ymera/contracts';
import type { Syntax, SyntaxFile } from '../syntax/syntax';
import { walk } from '../syntax/walk';
import { finding, type IntegrityFinding } from './findings';
import type { RequestWords } from './request-words';
import type { SourceSides } from './source-rules/source-findings';

const asksForCode: ReadonlySet<Intent> = new Set(['DEBUG', 'FEATURE', 'ENHANCE', 'SECURITY']);
const aboutText =
  /\b(?:comments?|document(?:ation|ed)?|jsdoc|readme|typo|format|spelling|lint|types?|annotat|tests?|checks?)\b/i;

/** Only comments of the product, and tests, were changed: the request is not implemented. */
export function unchangedProduct(
  sides: readonly SourceSides[],
  intent: Intent,
  request: RequestWords,
): readonly IntegrityFinding[] {
  if (!asksForCode.has(intent) || aboutText.test(request.text)) return [];
  const products = sides.filter(({ before, after }) => (after ?? before)?.role === 'product');
  const [first] = products;
  const hasTests = sides.some(({ after }) => after?.role === 'test');
  const isSame = products.every(
    ({ before, after }) => before && after && codeOf(before.syntax) === codeOf(after.syntax),
  );
  return first && hasTests && isSame
    ? [
        finding(
          'product_unchanged',
          'high',
          'Only comments of the product and tests were changed; the request is not implemented.',
          { file: first.path },
          'Change the product.',
        ),
      ]
    : [];
}

/** The code of a file, without its docstrings. */
function codeOf({ body }: SyntaxFile): string {
  const words: string[] = [];
  walk(body, (node, [parent]) => {
    if (isDocstring(node, parent)) return false;
    words.push(wordOf(node));
    return true;
  });
  return words.join('\n');
}

const isDocstring = (node: Syntax, parent: Syntax | undefined): boolean =>
  node.kind === 'literal' &&
  node.type === 'string' &&
  (parent === undefined ||
    (parent.kind === 'function' && parent.body.includes(node)) ||
    (parent.kind === 'class' && parent.members.includes(node)));

function wordOf(node: Syntax): string {
  const own = Object.entries(node).filter(
    ([key, value]) => key !== 'line' && ['string', 'boolean'].includes(typeof value),
  );
  const texts = node.kind === 'template' ? node.texts : node.kind === 'import' ? node.names : [];
  return JSON.stringify([own, texts]);
}
