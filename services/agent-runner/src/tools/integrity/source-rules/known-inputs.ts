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

/** A way through the product for exactly what the benchmark measures with, or as much of it. */
export const benchmarkSizes: SourceRule = (file, { benchmarkNumbers, isBenchmarkText, intent }) => {
  if (file.role !== 'product' || intent !== 'ENHANCE') return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    const test = node.kind === 'if' || node.kind === 'conditional' ? node.test : undefined;
    if (test === undefined) return;
    walk([test], (inner) => {
      if (inner.kind !== 'binary' || !['===', '==', '>=', '>', 'is'].includes(inner.operator)) return;
      const isKnown = [inner.left, inner.right].some((side) => {
        const text = constantText(side);
        return text !== undefined && (benchmarkNumbers.has(Number(text)) || isBenchmarkText(text));
      });
      if (!isKnown) return;
      found.push({
        subject: print(inner),
        finding: finding(
          'special_cased',
          'high',
          `The product does something else for what the benchmark measures with: ${print(inner)}.`,
          { file: file.path, line: inner.line, evidence: print(inner) },
          'Be as fast for every input.',
        ),
      });
    });
  });
  return found;
};
