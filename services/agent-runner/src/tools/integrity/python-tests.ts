import { bind, print } from '../syntax/print';
import type { ClassSyntax, FunctionSyntax, Syntax, SyntaxFile } from '../syntax/syntax';
import { constantText, dottedName, walk } from '../syntax/walk';
import { BodyReader, startPlace } from './body-reader';
import { truthOf } from './control-flow';
import { literalRows, rowsOf } from './rows';
import { stricter, strictest } from './states';
import { helperTitle, type TestCase, type TestFile, type TestState } from './test-model';
import { importsOf, type TestNames } from './test-names';

/** The tests of a file for unittest and pytest. */
export function pythonTests(path: string, file: SyntaxFile): TestFile {
  const reader = new PythonTests(file);
  reader.read();
  return { path, cases: reader.cases, timeoutMs: undefined, retries: 0, rows: literalRows(file.body) };
}

const isTestClass = ({ name, bases }: ClassSyntax): boolean =>
  /^_?Test|Tests?$|TestCase$/.test(name ?? '') || bases.some((base) => /Test|Case/.test(dottedName(base)));

/** unittest's own class: it calls its tests and awaits nothing. */
const isPlainCase = ({ bases }: ClassSyntax): boolean =>
  bases.length > 0 && bases.every((base) => /^(?:unittest\.)?TestCase$/.test(dottedName(base)));

/** Called, it only gives what would do the work: a generator, or a coroutine that nothing awaits. */
const isNeverRun = ({ isGenerator, isAsync, decorators }: FunctionSyntax, isSynchronous: boolean): boolean =>
  (isGenerator && !isAsync && decorators.length === 0) ||
  (isAsync && isSynchronous && decorators.length === 0);

class PythonTests {
  readonly cases: TestCase[] = [];
  private readonly names: TestNames;
  private readonly constants = new Map<string, Syntax>();
  private readonly imports = new Map<string, string>();

  constructor(private readonly file: SyntaxFile) {
    const functions = new Map<string, FunctionSyntax>();
    walk(file.body, (node) => {
      if (node.kind === 'function' && node.name !== undefined) functions.set(node.name, node);
    });
    this.names = {
      tests: new Map(),
      imported: new Map(),
      objects: new Set(['assert']),
      foreign: new Set(),
      functions,
      ownFunctions: new Set(functions.keys()),
    };
    for (const { local, imported } of importsOf(file))
      if (imported !== '*') this.imports.set(local, imported);
    for (const node of file.body)
      if (node.kind === 'declare' && node.value && node.target.kind === 'name')
        this.constants.set(node.target.name, node.value);
  }

  read(): void {
    const whole = this.constants.get('pytestmark');
    const state = whole === undefined ? 'runs' : marksOf(whole.kind === 'list' ? whole.items : [whole]);
    const hooks = this.file.body.filter(
      (node) => node.kind === 'function' && /^(?:setUpModule|setup_module)$/.test(node.name ?? ''),
    );
    this.scope(this.file.body, '', strictest([state, this.skipsIn(hooks)]), false);
    this.program();
    if (this.cases.length === 0) this.helpers();
  }

  /** The assertions of a script at run time. */
  private program(): void {
    const reader = this.reader();
    reader.read(this.file.body, startPlace());
    const { assertions, actions } = reader.facts;
    if (assertions.length > 0)
      this.cases.push({
        title: '',
        state: 'runs',
        assertions,
        actions,
        timeoutMs: undefined,
        retries: 0,
        line: 1,
      });
  }

  /** A later function of the same name replaces an earlier one. */
  private scope(body: readonly Syntax[], title: string, state: TestState, isSynchronous: boolean): void {
    const last = new Map<string, Syntax>();
    for (const node of body)
      if ((node.kind === 'function' || node.kind === 'class') && node.name !== undefined)
        last.set(node.name, node);
    const isOff = body.some(
      (node) =>
        node.kind === 'declare' &&
        node.target.kind === 'name' &&
        node.target.name === '__test__' &&
        node.value !== undefined &&
        truthOf(node.value) === false,
    );
    const own = isOff ? 'skipped' : state;
    for (const node of body) {
      if (node.kind === 'if') {
        // A conditional definition gets that condition.
        const isMain = print(node.test).includes('__name__');
        if (!isMain)
          for (const branch of [node.whenTrue, node.whenFalse])
            this.scope(branch, title, stricter(own, 'conditional'), isSynchronous);
        continue;
      }
      if (node.kind === 'class' && isTestClass(node) && last.get(node.name ?? '') === node) {
        const hooks = node.members.filter(
          (member) =>
            member.kind === 'function' &&
            /^setUp(?:Class)?$|^setup_(?:method|class)$/.test(member.name ?? ''),
        );
        const inner = strictest([own, this.marks(node.decorators), this.skipsIn(hooks)]);
        this.scope(node.members, [title, node.name].filter(Boolean).join(' > '), inner, isPlainCase(node));
      }
      if (node.kind === 'function' && /^test/.test(node.name ?? '') && last.get(node.name ?? '') === node)
        this.test(node, title, isNeverRun(node, isSynchronous) ? 'skipped' : own);
    }
  }

  private test(node: FunctionSyntax, outer: string, state: TestState): void {
    const title = [outer, node.name].filter(Boolean).join(' > ');
    const reader = this.reader();
    const { rows, names, state: rowState } = this.table(node.decorators);
    for (const row of rows ?? [undefined]) {
      const bindings = new Map(this.constants);
      if (row && names.length === 1 && names[0])
        bind({ kind: 'name', name: names[0], line: node.line }, row, bindings);
      else if (row)
        bind(
          {
            kind: 'list',
            items: names.map((name): Syntax => ({ kind: 'name', name, line: node.line })),
            line: node.line,
          },
          row,
          bindings,
        );
      reader.read(node.body, { ...startPlace(), bindings });
    }
    const { assertions, actions, skips } = reader.facts;
    const skipped = skips.map(({ isConditional }): TestState => (isConditional ? 'conditional' : 'skipped'));
    const retries = node.decorators.some((one) =>
      /flaky|rerun|retry/i.test(dottedName(one).replaceAll('()', '')),
    )
      ? 1
      : 0;
    this.cases.push({
      title,
      state: strictest([state, this.marks(node.decorators), rowState, ...skipped]),
      assertions,
      actions,
      timeoutMs: timeoutOf(node.decorators),
      retries,
      line: node.line,
    });
  }

  /** Whether hooks skip the tests that they run before. */
  private skipsIn(hooks: readonly Syntax[]): TestState {
    const reader = this.reader();
    for (const hook of hooks) if (hook.kind === 'function') reader.read(hook.body, startPlace());
    return strictest(
      reader.facts.skips.map(({ isConditional }) => (isConditional ? 'conditional' : 'skipped')),
    );
  }

  /** By any imported or assigned name. */
  private marks(marks: readonly Syntax[]): TestState {
    return marksOf(marks.map((mark) => this.meant(mark)));
  }

  private meant(mark: Syntax): Syntax {
    if (mark.kind === 'call') return { ...mark, callee: this.meant(mark.callee) };
    if (mark.kind !== 'name') return mark;
    const kept = this.constants.get(mark.name);
    const imported = this.imports.get(mark.name);
    return kept ?? (imported === undefined ? mark : { ...mark, name: imported });
  }

  private reader(): BodyReader {
    return new BodyReader(
      this.names,
      () => false,
      (node) => {
        if (node.kind === 'throw') return node.value !== undefined && /SkipTest/.test(print(node.value));
        return (
          node.kind === 'call' &&
          /^(?:pytest\.(?:skip|xfail|importorskip)|self\.skipTest|unittest\.skip)$/.test(
            dottedName(node.callee),
          )
        );
      },
    );
  }

  private table(decorators: readonly Syntax[]): {
    readonly rows?: readonly Syntax[];
    readonly names: readonly string[];
    readonly state: TestState;
  } {
    for (const decorator of decorators) {
      if (
        decorator.kind !== 'call' ||
        !/parametrize$|parameterized\.expand$/.test(dottedName(decorator.callee))
      )
        continue;
      const [names, values] = decorator.args;
      const table = values ?? names;
      if (!table) continue;
      const columns =
        names?.kind === 'list'
          ? names.items.map((item) => constantText(item) ?? '')
          : (constantText(names ?? table) ?? '').split(',').map((name) => name.trim());
      const listed = rowsOf(table, this.constants);
      if (!listed) continue;
      let state: TestState = 'runs';
      const rows = listed.map((row): Syntax => {
        if (row.kind !== 'call' || !/param$/.test(dottedName(row.callee))) return row;
        const marks = row.named.find(({ name }) => name === 'marks')?.value;
        if (marks) state = stricter(state, marksOf(marks.kind === 'list' ? marks.items : [marks]));
        return columns.length === 1 && row.args[0]
          ? row.args[0]
          : { kind: 'list', items: row.args, line: row.line };
      });
      return { rows, names: columns, state };
    }
    return { names: [], state: 'runs' };
  }

  /** A file without tests may contain assertions of tests. */
  private helpers(): void {
    for (const node of this.names.functions.values()) {
      const reader = this.reader();
      reader.read(node.body, { ...startPlace(), bindings: new Map(this.constants) });
      const { assertions, actions } = reader.facts;
      if (assertions.length > 0)
        this.cases.push({
          title: helperTitle(node.name),
          state: 'runs',
          assertions,
          actions,
          timeoutMs: undefined,
          retries: 0,
          line: node.line,
        });
    }
  }
}

/** Whether decorators and marks let a test run. */
function marksOf(marks: readonly Syntax[]): TestState {
  return strictest(
    marks.map((mark): TestState => {
      const name = dottedName(mark.kind === 'call' ? mark.callee : mark);
      const condition = mark.kind === 'call' ? mark.args[0] : undefined;
      const truth = condition === undefined ? undefined : truthOf(condition);
      if (/(?:^|\.)(?:skipIf|skipif)$/.test(name))
        return truth === undefined ? 'conditional' : truth ? 'skipped' : 'runs';
      if (/(?:^|\.)skipUnless$/.test(name))
        return truth === undefined ? 'conditional' : truth ? 'runs' : 'skipped';
      if (/(?:^|\.)(?:skip|xfail|expectedFailure)$/.test(name))
        return mark.kind === 'call' && mark.args.length > 0 && condition?.kind !== 'literal'
          ? 'conditional'
          : 'skipped';
      return 'runs';
    }),
  );
}

function timeoutOf(decorators: readonly Syntax[]): number | undefined {
  for (const decorator of decorators) {
    if (decorator.kind !== 'call' || !/timeout$/.test(dottedName(decorator.callee))) continue;
    const seconds = Number(constantText(decorator.args[0] ?? { kind: 'name', name: '', line: 1 }));
    if (!Number.isNaN(seconds)) return seconds * 1000;
  }
  return undefined;
}
