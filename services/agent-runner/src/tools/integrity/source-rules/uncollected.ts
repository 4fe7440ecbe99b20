import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { dottedName, lastName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

/** Python tests that exist and no longer run: by a mark, or because their whole file is excluded. */
export const uncollected: SourceRule = (file, { newFiles }) => {
  if (file.role !== 'test' || file.syntax.language !== 'python' || newFiles.has(file.path)) return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node, ancestors) => {
    const isAlone = !ancestors.some(({ kind }) => kind === 'function');
    if (!isAlone || !(isMarkedOff(node) || leavesFileOut(node))) return;
    found.push({
      subject: print(node),
      finding: finding(
        'test_skipped',
        'high',
        `Tests are not run any more: ${print(node)}.`.slice(0, 1000),
        { file: file.path, line: node.line, evidence: print(node) },
        'Let them run.',
      ),
    });
  });
  return found;
};

/** `test_a.__test__ = False` */
const isMarkedOff = (node: Syntax): boolean =>
  (node.kind === 'assign' || node.kind === 'declare') &&
  /^(?:__test__)$/.test(lastName(node.target)) &&
  node.value?.kind === 'literal' &&
  /^(?:false|0|null)$/i.test(node.value.value);

const leavesFileOut = (node: Syntax): boolean =>
  node.kind === 'call' &&
  /^(?:pytest\.importorskip|importorskip|pytest\.skip)$/.test(dottedName(node.callee));
