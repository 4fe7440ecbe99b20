import { print } from '../syntax/print';
import type { Syntax, SyntaxFile } from '../syntax/syntax';
import { boundNames } from '../syntax/walk';
import { finding, type IntegrityFinding } from './findings';
import type { Rename } from './renames';
import { speaksOf, type RequestWords } from './request-words';
import { testNames } from './test-names';

export interface HelperSides {
  readonly path: string;
  readonly before: SyntaxFile;
  readonly after: SyntaxFile;
}

/** Functions and data of tests, changed under the same name: assertions that use them may pass for another reason. */
export function helperFindings(
  { path, before, after }: HelperSides,
  rename: Rename,
  request: RequestWords,
): readonly IntegrityFinding[] {
  const now = helpersOf(after);
  return [...helpersOf(before)].flatMap(([name, old]): readonly IntegrityFinding[] => {
    const current = now.get(name);
    if (!current || rename.before(print(old)) === rename.after(print(current))) return [];
    return [
      {
        ...finding(
          'test_helper_changed',
          'high',
          `"${name}", which tests use, does something else than before.`,
          {
            file: path,
            line: current.line,
            evidence: `before: ${print(old)}\nafter: ${print(current)}`,
          },
        ),
        needsTrial: { isRelated: speaksOf(request, name), isNamed: false, titles: [], isHelper: true },
      },
    ];
  });
}

/** By name; assertions inside are compared one by one. */
function helpersOf(file: SyntaxFile): ReadonlyMap<string, Syntax> {
  const found = new Map<string, Syntax>();
  const { tests } = testNames(file);
  const isTest = (node: Syntax) =>
    /(?:^|[^\w.])(?:assert|expect|should)\b|\.assert[A-Z(]/.test(print(node)) ||
    [...tests.keys()].some((name) => print(node).startsWith(`${name}(`));
  for (const node of file.body) {
    if (
      (node.kind === 'function' || (node.kind === 'class' && !/test/i.test(node.name ?? ''))) &&
      node.name !== undefined &&
      !/^test_/.test(node.name) &&
      !isTest(node)
    )
      found.set(node.name, node);
    if (
      node.kind === 'declare' &&
      node.value &&
      !isTest(node.value) &&
      !/^(?:await )?(?:require|import)\(/.test(print(node.value))
    )
      for (const name of boundNames(node.target)) found.set(name, node.value);
  }
  return found;
}
