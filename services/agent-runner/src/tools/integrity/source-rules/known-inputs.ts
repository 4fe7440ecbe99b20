import { print } from '../../syntax/print';
import { boundNames, constantText, walk } from '../../syntax/walk';
import { isFixture, isSnapshot, isTestFile } from '../file-roles';
import { finding } from '../findings';
import { namesLiteral } from '../request-words';
import type { SourceFinding, SourceRule } from './source-rule';

/** A product that reads or imports the expectations of its tests. */
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
        `The product reads the expectations of its tests: ${plain}.`,
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

/** Numbers with a general meaning: months, hours and the like. */
const ownMeaning: ReadonlySet<string> = new Set([
  '0',
  '1',
  '2',
  '7',
  '10',
  '12',
  '24',
  '60',
  '100',
  '365',
  '1000',
]);

/** A defect that is fixed for the number in the tests only. */
export const mendedNumber: SourceRule = (file, { assertions, intent, request }) => {
  if (file.role !== 'product' || intent !== 'DEBUG') return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'function') return;
    const own = new Set(node.parameters.flatMap(({ pattern }) => boundNames(pattern)));
    walk(node.body, (inner) => {
      if (inner.kind === 'function') return false;
      const test = inner.kind === 'if' || inner.kind === 'conditional' ? inner.test : undefined;
      if (test?.kind !== 'binary' || !['===', '=='].includes(test.operator)) return true;
      const sides = [test.left, test.right];
      const number = sides.find((one) => one.kind === 'literal' && one.type === 'number');
      const isArgument = sides.some((one) => one.kind === 'name' && own.has(one.name));
      const value = number?.kind === 'literal' ? number.value : undefined;
      if (value === undefined || !isArgument || ownMeaning.has(value) || namesLiteral(request, value))
        return true;
      if (
        !assertions.some(
          ({ inputs, callees }) =>
            inputs.includes(value) && callees.some((one) => one.endsWith(node.name ?? ' ')),
        )
      )
        return true;
      found.push({
        subject: print(test),
        finding: finding(
          'special_cased',
          'high',
          `The product has a special case for the input of the tests: ${print(test)}.`,
          { file: file.path, line: inner.line, evidence: print(inner) },
          'Fix it for every input.',
        ),
      });
      return true;
    });
  });
  return found;
};

/** A special case of the product for the input of the benchmark, or for its size. */
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
          `The product has a special case for the input of the benchmark: ${print(inner)}.`,
          { file: file.path, line: inner.line, evidence: print(inner) },
          'Be as fast for every input.',
        ),
      });
    });
  });
  return found;
};
