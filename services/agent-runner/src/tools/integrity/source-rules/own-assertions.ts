import { print } from '../../syntax/print';
import { dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import { matcherOf } from '../matchers';
import type { SourceFinding, SourceRule } from './source-rule';

/** Python: library assertions that a test class redefines, and hooks that select tests. */
export const ownAssertions: SourceRule = (file) => {
  if (file.syntax.language !== 'python' || file.role === 'product') return [];
  const found: SourceFinding[] = [];
  walk(file.syntax.body, (node, ancestors) => {
    if (node.kind !== 'function' || node.name === undefined) return;
    const [parent] = ancestors;
    const isOverridden =
      parent?.kind === 'class' &&
      parent.bases.some((base) => /TestCase|Test/.test(dottedName(base))) &&
      ((/^assert[A-Z]/.test(node.name) && matcherOf(node.name) !== undefined) ||
        node.name === 'fail' ||
        node.name === 'run');
    const isHook = parent === undefined && node.name === 'load_tests';
    if (!isOverridden && !isHook) return;
    found.push({
      subject: print(node).slice(0, 300),
      finding: finding(
        'harness_changed',
        'high',
        `${node.name} takes the place of what the library does.`,
        { file: file.path, line: node.line, evidence: print(node) },
        'Leave the tools of the tests unchanged.',
      ),
    });
  });
  return found;
};
