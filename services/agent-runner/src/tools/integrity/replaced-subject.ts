import type { SyntaxFile } from '../syntax/syntax';
import { boundNames } from '../syntax/walk';
import { isProduct, isTestFile } from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import { asksToRemove, type RequestWords } from './request-words';
import { resolveModule } from './source-rules/resolve-module';
import { importsOf } from './test-names';

export interface TestSides {
  readonly path: string;
  readonly before: SyntaxFile;
  readonly after: SyntaxFile;
}

export interface Tree {
  /** Paths of the base and of the change. */
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
  /** The current imports of a product file, by path. */
  readonly importsOf: (path: string) => ReadonlySet<string>;
}

const harness =
  /^(?:(?:node:)?assert(?:\/strict)?|node:test|vitest|@jest\/globals|chai|mocha|ava|tap|tape|expect|bun:test|unittest|pytest)$/;

/** Tests whose names now refer to something else: another module, or a definition of their own. */
export function replacedSubject(
  { path, before, after }: TestSides,
  tree: Tree,
  request: RequestWords,
): readonly IntegrityFinding[] {
  const old = new Map(importsOf(before).map((one) => [one.local, one] as const));
  const now = new Map(importsOf(after).map((one) => [one.local, one] as const));
  const own = new Set(
    after.body.flatMap((node) =>
      node.kind === 'function' || node.kind === 'class'
        ? (node.name ?? [])
        : node.kind === 'declare'
          ? boundNames(node.target)
          : [],
    ),
  );
  const found = new Map<string, IntegrityFinding>();
  const add = (code: string, message: string, line: number | undefined) =>
    found.set(
      message,
      finding(code, 'high', message, { file: path, line }, 'Test the same subject as before.'),
    );
  for (const [local, { module }] of old) {
    const current = now.get(local);
    const subject = resolveModule(path, module, tree.before);
    if (harness.test(module)) {
      const isOwn = current ? current.module !== module && /^\./.test(current.module) : own.has(local);
      if (isOwn)
        add(
          'harness_changed',
          `"${local}" is no longer that of ${module}, but one of the project's own.`,
          undefined,
        );
      if (
        current &&
        /\/strict$/.test(module) &&
        current.module === module.replace('/strict', '') &&
        local !== 'strict'
      )
        add(
          'assertion_weakened',
          `"${local}" compares loosely now: ${current.module} instead of ${module}.`,
          undefined,
        );
      continue;
    }
    if (subject === undefined || !isProduct(subject) || !tree.after.has(subject)) continue;
    if (!current) {
      if (own.has(local))
        add('subject_replaced', `"${local}" of ${subject} is replaced by the test's own.`, undefined);
      continue;
    }
    const target = resolveModule(path, current.module, tree.after);
    if (target === subject || target === undefined) continue;
    // A moved export is still re-exported from its old place, or imported from there.
    const isMoved = tree.importsOf(subject).has(target) || tree.importsOf(target).has(subject);
    const isAsked =
      asksToRemove(request) ||
      /\b(?:mov|split|extract|renam|re-?organi[sz]|convert|migrat|port)/i.test(request.text);
    if (isTestFile(target) || !(isMoved || isAsked))
      add(
        'subject_replaced',
        `"${local}" comes from ${target} now, and ${subject} is not tested any more.`,
        undefined,
      );
  }
  return [...found.values()];
}
