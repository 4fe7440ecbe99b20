import { print } from '../../syntax/print';
import { constantText, walk } from '../../syntax/walk';
import { isFixture, isSnapshot, isTestFile } from '../file-roles';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

/** A product that reads or imports what its tests compare it with. */
export const testData: SourceRule = (file, { paths }) => {
  if (file.role !== 'product') return [];
  const found: SourceFinding[] = [];
  const judged = [...paths].filter((path) => isSnapshot(path) || isFixture(path) || isTestFile(path));
  if (judged.length === 0) return [];
  const add = (text: string, line: number) => {
    const plain = text.replace(/^(?:\.{0,2}\/)+/, '');
    if (
      !/[/.]/.test(plain) ||
      plain.length < 6 ||
      !judged.some((path) => path === plain || path.endsWith(`/${plain}`) || path.startsWith(`${plain}.`))
    )
      return;
    found.push({
      subject: text,
      finding: finding(
        'special_cased',
        'high',
        `The product reads what its tests hold: ${plain}.`,
        { file: file.path, line, evidence: text },
        'Compute the answer.',
      ),
    });
  };
  walk(file.syntax.body, (node) => {
    if (node.kind === 'import') add(node.module, node.line);
    if (node.kind === 'call') for (const argument of node.args) add(constantText(argument) ?? '', node.line);
  });
  return found;
};

/** A way through the product for exactly as much as the benchmark measures with. */
export const benchmarkSizes: SourceRule = (file, { benchmarkNumbers, intent }) => {
  if (file.role !== 'product' || intent !== 'ENHANCE' || benchmarkNumbers.size === 0) return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    const test = node.kind === 'if' || node.kind === 'conditional' ? node.test : undefined;
    if (test === undefined) return;
    walk([test], (inner) => {
      if (inner.kind !== 'binary' || !['===', '==', '>=', '>', 'is'].includes(inner.operator)) return;
      const number = [inner.left, inner.right]
        .map((side) => Number(constantText(side)))
        .find((one) => benchmarkNumbers.has(one));
      if (number === undefined) return;
      found.push({
        subject: print(inner),
        finding: finding(
          'special_cased',
          'high',
          `The product does something else for as much as the benchmark measures with: ${print(inner)}.`,
          { file: file.path, line: inner.line, evidence: print(inner) },
          'Be as fast for every input.',
        ),
      });
    });
  });
  return found;
};
