import { javascriptSyntax } from '../syntax/javascript-syntax';
import { pythonSyntax } from '../syntax/python-syntax';
import type { FunctionSyntax, SyntaxFile } from '../syntax/syntax';
import type { ChangedFile } from './changed-file';
import { isBenchmarkFile, isCode, isSetupFile, isTestFile, isVendored } from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import { isMade } from './generated-files';
import { javascriptTests } from './javascript-tests';
import { pythonTests } from './python-tests';
import type { SourceFile } from './source-rules/source-rule';
import type { SourceSides } from './source-rules/source-findings';
import { resolveModule } from './source-rules/resolve-module';
import { isHelper, type TestFile } from './test-model';
import { functionsOf, importsOf, type Functions } from './test-names';
import { textTests } from './text-tests';

const isJavascript = (path: string): boolean =>
  /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/.test(path) && !/\.d\.[cm]?ts$/.test(path);
const maxTextLength = 4_194_304;

/** One state of a project: its files and their texts. */
interface Project {
  readonly paths: ReadonlySet<string>;
  readonly textOf: (path: string) => string | undefined;
}

/** Parses each text once. An unparsable text is reported, not skipped. */
export class Sources {
  private readonly parsed = new Map<string, SyntaxFile | undefined>();
  private readonly failed = new Set<string>();

  syntax(path: string, text: string): SyntaxFile | undefined {
    if (!(isJavascript(path) || path.endsWith('.py')) || text.length > maxTextLength) return undefined;
    const key = `${path}\0${text}`;
    if (!this.parsed.has(key))
      this.parsed.set(
        key,
        this.attempt(path, () => (path.endsWith('.py') ? pythonSyntax(text) : javascriptSyntax(path, text))),
      );
    return this.parsed.get(key);
  }

  /** `textOf`: of the same state of the project, for helpers that tests assert with. */
  tests(
    path: string,
    text: string,
    { paths, textOf }: Project = { paths: new Set(), textOf: () => undefined },
  ): readonly TestFile[] {
    const syntax = this.syntax(path, text);
    const found = this.attempt(path, () => {
      if (!syntax) return isCode(path) ? textTests(path, text) : undefined;
      return syntax.language === 'python'
        ? pythonTests(path, syntax)
        : javascriptTests(path, syntax, this.helpers(path, syntax, { paths, textOf }));
    });
    return found ? [found] : [];
  }

  /** Functions that a test file imports from another file among the tests. */
  private helpers(path: string, syntax: SyntaxFile, { paths, textOf }: Project): Functions {
    const found = new Map<string, FunctionSyntax>();
    if (!isTestFile(path)) return found;
    for (const { module, imported, local } of importsOf(syntax)) {
      const from = resolveModule(path, module, paths);
      if (from === undefined || !isTestFile(from)) continue;
      const file = this.syntax(from, textOf(from) ?? '');
      const helper = file && functionsOf(file).get(imported);
      if (helper) found.set(local, helper);
    }
    return found;
  }

  /** Tests in the same file as their code. */
  holdsTests(path: string, text: string): boolean {
    return path.endsWith('.rs') && /#\[(?:\w+::)?test\]/.test(text);
  }

  /** Whether a program asserts at its top level, rather than in functions that others call. */
  asserts(path: string, text: string): boolean {
    return (
      this.syntax(path, text) !== undefined &&
      this.tests(path, text).some(({ cases }) => cases.some((one) => !isHelper(one)))
    );
  }

  /** `isTest`: of files that are tests by their command, not by their name. */
  sides(file: ChangedFile, isTest: (path: string) => boolean): readonly SourceSides[] {
    const { path, before, after, isTooLarge } = file;
    if (isTooLarge || isVendored(path) || isMade(path, before, after)) return [];
    const role = isBenchmarkFile(path)
      ? 'benchmark'
      : isTestFile(path) || isTest(path)
        ? 'test'
        : isSetupFile(path)
          ? 'setup'
          : 'product';
    const side = (text: string | null): SourceFile | undefined => {
      const syntax = text === null ? undefined : this.syntax(path, text);
      return syntax === undefined || text === null ? undefined : { path, text, syntax, role };
    };
    const [old, now] = [side(before), side(after)];
    return old || now ? [{ path, before: old, after: now }] : [];
  }

  unread(): readonly IntegrityFinding[] {
    return [...this.failed].map((path) =>
      finding(
        isTestFile(path) ? 'test_not_examined' : 'file_not_examined',
        isTestFile(path) ? 'high' : 'medium',
        'The file could not be parsed and was not examined.',
        { file: path },
        'Write it in simpler code.',
      ),
    );
  }

  /** Hostile code may be nested too deeply for any parser. */
  private attempt<T>(path: string, work: () => T): T | undefined {
    try {
      return work();
    } catch {
      this.failed.add(path);
      return undefined;
    }
  }
}
