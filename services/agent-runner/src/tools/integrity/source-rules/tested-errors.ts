import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { constantText, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { namesLiteral } from '../request-words';
import type { SourceFinding, SourceRule } from './source-rule';

const equals: ReadonlySet<string> = new Set(['===', '==', '!==', '!=', 'is']);

/** A product that recognises the errors of its tests: by a message that only they have. */
export const testedErrors: SourceRule = (file, { assertions, request }) => {
  if (file.role !== 'product') return [];
  const own = textsThrown(file.syntax.body);
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'binary' || !equals.has(node.operator)) return;
    const sides = [node.left, node.right];
    const isMessage = sides.some((one) => /(?:\.message|^str\(\w+\))$/.test(print(one)));
    const text = sides.map(constantText).find((one) => one !== undefined && one !== '');
    if (!isMessage || text === undefined || own.has(text) || namesLiteral(request, text)) return;
    const isOfTests = assertions.some(({ literals, expected, actual }) =>
      [...literals, expected, actual].some((one) => one.includes(text)),
    );
    if (!isOfTests) return;
    found.push({
      subject: print(node),
      finding: finding(
        'special_cased',
        'high',
        `The product has a special case for the error of the tests: ${print(node)}.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Do the same for every error.',
      ),
    });
  });
  return found;
};

/** Messages of the file's own errors. */
function textsThrown(body: readonly Syntax[]): ReadonlySet<string> {
  const found = new Set<string>();
  walk(body, (node) => {
    if (node.kind !== 'call') return;
    for (const argument of node.args) found.add(constantText(argument) ?? '');
  });
  return found;
}
