import { bind, print } from '../syntax/print';
import type { FunctionSyntax, Syntax, SyntaxFile } from '../syntax/syntax';
import { constantText, dottedName, walk } from '../syntax/walk';
import { BodyReader, startPlace, type Place } from './body-reader';
import { demandsOf } from './assertion';
import { literalRows } from './rows';
import { strictest } from './states';
import {
  contextNames,
  hasDone,
  optionsOf,
  stateOf,
  tableOf,
  titleOf,
  type Call,
  type TestOptions,
} from './test-call';
import { helperTitle, type TestCase, type TestFile, type TestState } from './test-model';
import { isGroup, testNames, type Functions, type TestNames } from './test-names';

/** The tests of a file for node:test, Jest, Vitest, Mocha, AVA and similar runners. */
export function javascriptTests(path: string, file: SyntaxFile, helpers: Functions = new Map()): TestFile {
  const reader = new JavascriptTests(testNames(file, helpers));
  reader.read(file);
  return { path, cases: reader.cases, ...reader.settings, rows: literalRows(file.body) };
}

interface Group {
  readonly title: string;
  readonly state: TestState;
  readonly place: Place;
  /** The names of this test's own object: `t`, `this`. */
  readonly contexts: ReadonlySet<string>;
}

class JavascriptTests {
  readonly cases: TestCase[] = [];
  readonly settings: { timeoutMs: number | undefined; retries: number } = {
    timeoutMs: undefined,
    retries: 0,
  };

  constructor(private readonly names: TestNames) {}

  read(file: SyntaxFile): void {
    walk(file.body, (node) => this.setting(node));
    const group: Group = { title: '', state: 'runs', place: startPlace(), contexts: new Set() };
    const reader = this.bodyReader(group);
    reader.read(file.body, group.place);
    this.inner(reader, { ...group, state: stateWith(group.state, reader) });
    if (reader.facts.assertions.length > 0) this.add('', group, reader, 1, {});
    if (this.cases.length === 0) this.helpers(file.body);
  }

  /** A file without tests may contain assertions of tests. */
  private helpers(body: readonly Syntax[]): void {
    walk(body, (node, ancestors) => {
      if (node.kind !== 'function' || ancestors.some(({ kind }) => kind === 'function')) return;
      const group: Group = { title: '', state: 'runs', place: startPlace(), contexts: new Set() };
      const reader = this.bodyReader(group);
      reader.read(node.body, group.place);
      if (reader.facts.assertions.length > 0) this.add(helperTitle(node.name), group, reader, node.line, {});
    });
  }

  private bodyReader(group: Group): BodyReader {
    const names: TestNames = { ...this.names, objects: new Set([...this.names.objects, ...group.contexts]) };
    return new BodyReader(
      names,
      (node) => this.testCall(node, group.contexts) !== undefined,
      (node) => this.isSkipCall(node, group.contexts),
    );
  }

  private inner(reader: BodyReader, group: Group): void {
    for (const { call, place } of reader.facts.inner) this.test(call, { ...group, place });
  }

  /** The name parts of a call of a test function: `describe.skip.each` is [describe, skip, each]. */
  private testCall(node: Syntax, contexts: ReadonlySet<string>): readonly string[] | undefined {
    if (node.kind !== 'call') return undefined;
    const words = dottedName(node.callee).replaceAll('()', '').split('.');
    const [first = '', second = ''] = words;
    if (contexts.has(first)) {
      const isTest = (second === 'test' || second === 'it') && node.args.length > 0;
      return isTest ? ['test', ...words.slice(2)] : undefined;
    }
    if (/^(?:Deno|QUnit|Bun)$/.test(first) && this.names.tests.has(second === 'module' ? 'describe' : second))
      return [second === 'module' ? 'describe' : second, ...words.slice(2)];
    const meant = this.names.tests.get(first)?.split('.');
    if (meant === undefined) return this.isOwnTest(node) ? ['test'] : undefined;
    const called = [...meant, ...words.slice(1)];
    // `test.each(rows)` alone is no test yet; `test.skip()` within a test skips it.
    const last = called.at(-1) ?? '';
    if (
      /^(?:beforeEach|afterEach|before|after|beforeAll|afterAll|extend|use|configure|step|setTimeout|mock|snapshot)$/.test(
        last,
      )
    )
      return undefined;
    const isTable = /^(?:each|for|skipIf|runIf|if)$/.test(last) && node.callee.kind !== 'call';
    return isTable || node.args.length === 0 || !this.looksLikeTest(node) ? undefined : called;
  }

  /** `check('adds', () => { ... })`: a test function of the project's own, or a global one of its runner. */
  private isOwnTest({ callee, args }: Call): boolean {
    const [title, body] = args;
    return (
      args.length === 2 &&
      callee.kind === 'name' &&
      !this.names.imported.has(callee.name) &&
      title !== undefined &&
      (title.kind === 'template' || (title.kind === 'literal' && title.type === 'string')) &&
      body?.kind === 'function' &&
      this.holdsAssertion(body)
    );
  }

  private holdsAssertion(body: FunctionSyntax, depth = 0): boolean {
    let holds = false;
    walk(body.body, (node) => {
      holds ||= demandsOf(node, this.names).length > 0;
      const helper =
        depth < 3 && node.kind === 'call' && node.callee.kind === 'name'
          ? this.names.functions.get(node.callee.name)
          : undefined;
      holds ||= helper !== undefined && this.holdsAssertion(helper, depth + 1);
      return !holds;
    });
    return holds;
  }

  /** A title, a function, or both. */
  private looksLikeTest(node: Call): boolean {
    const [first] = node.args;
    return (
      node.args.some(({ kind }) => kind === 'function') ||
      (first !== undefined && (constantText(first) !== undefined || first.kind === 'template')) ||
      (first?.kind === 'name' && (node.args.length > 1 || this.names.functions.has(first.name)))
    );
  }

  private isSkipCall(node: Syntax, contexts: ReadonlySet<string>): boolean {
    if (node.kind !== 'call') return false;
    const name = dottedName(node.callee);
    const words = name.split('.');
    if (name === 'pending') return !this.names.foreign.has('pending') && node.args.length <= 1;
    if (words.length !== 2 || !/^(?:skip|todo|fixme|skipTest)$/.test(words[1] ?? '')) return false;
    return contexts.has(words[0] ?? '') || words[0] === 'this' || this.names.tests.has(words[0] ?? '');
  }

  private test(call: Call, outer: Group): void {
    const [root = 'test', ...modifiers] = this.testCall(call, outer.contexts) ?? [];
    const [first] = call.args;
    const named =
      first === undefined
        ? ''
        : (constantText(first) ??
          (first.kind === 'function' ? (first.name ?? '') : titleOf(first, outer.place.bindings)));
    const title = [outer.title, named].filter(Boolean).join(' > ');
    const callback = this.callbackOf(call);
    const options = optionsOf(
      call.args.map((argument) =>
        argument.kind === 'name' ? (outer.place.bindings.get(argument.name) ?? argument) : argument,
      ),
    );
    const hasBody = callback !== undefined && !callback.isGenerator;
    const own = stateOf(root, modifiers, call.callee, options, hasBody);
    const isUnderCondition = outer.place.guards.length > 0;
    const isNever = outer.place.suppression === 'never_called' || outer.place.suppression === 'unreachable';
    const state = strictest([
      outer.state,
      own,
      isUnderCondition ? 'conditional' : 'runs',
      isNever ? 'skipped' : 'runs',
    ]);
    if (!callback) {
      if (!isGroup(root))
        this.cases.push({
          title,
          state,
          assertions: [],
          actions: [],
          timeoutMs: undefined,
          retries: 0,
          line: call.line,
        });
      return;
    }
    const rows = tableOf(call, outer.place);
    const contexts = new Set([...outer.contexts, ...contextNames(callback)]);
    const place: Place = {
      ...outer.place,
      guards: [],
      suppression: undefined,
      waits: hasDone(callback),
      depth: 0,
    };
    const group: Group = { title, state, place, contexts };
    const reader = this.bodyReader(group);
    for (const row of rows ?? [undefined]) {
      const bindings = new Map(outer.place.bindings);
      if (row) this.bindRow(callback, row, bindings);
      reader.read(callback.body, { ...place, bindings });
    }
    // A skipping hook skips every test of its group.
    this.inner(reader, { ...group, state: stateWith(group.state, reader) });
    // A call that only contains other tests is a group, whatever its name.
    const isOnlyGroup = isGroup(root) || reader.facts.inner.length > 0;
    if (!isOnlyGroup || reader.facts.assertions.length > 0)
      this.add(title, group, reader, call.line, options);
  }

  private bindRow(callback: FunctionSyntax, row: Syntax, bindings: Map<string, Syntax>): void {
    const [first] = callback.parameters;
    // A row that is a list is spread over the parameters, unless the first one destructures it.
    if (
      row.kind === 'list' &&
      (callback.parameters.length > 1 || (first && first.pattern.kind === 'name' && row.items.length === 1))
    )
      callback.parameters.forEach(({ pattern }, index) => {
        const item = row.items[index];
        if (item) bind(pattern, item, bindings);
      });
    else if (first) bind(first.pattern, row, bindings);
  }

  private callbackOf(call: Call): FunctionSyntax | undefined {
    for (const argument of call.args.toReversed()) {
      if (argument.kind === 'function') return argument;
      const own = argument.kind === 'name' ? this.names.functions.get(argument.name) : undefined;
      if (own) return own;
      // `test('a', withServer(async () => ...))`
      const wrapped =
        argument.kind === 'call' ? argument.args.find(({ kind }) => kind === 'function') : undefined;
      if (wrapped?.kind === 'function') return wrapped;
    }
    return undefined;
  }

  private add(title: string, group: Group, reader: BodyReader, line: number, options: TestOptions): void {
    const state = stateWith(group.state, reader);
    const { assertions, actions } = reader.facts;
    const timeouts = actions.flatMap((action) => numberIn(action, /^this\.timeout\((\d+)\)/));
    const timeoutMs = [...timeouts, ...(options.timeoutMs === undefined ? [] : [options.timeoutMs])].toSorted(
      (a, b) => b - a,
    )[0];
    const retries = Math.max(
      options.retries ?? 0,
      ...actions.flatMap((action) => numberIn(action, /^this\.retries\((\d+)\)/)),
    );
    this.cases.push({ title, state, assertions, actions, timeoutMs, retries, line });
  }

  private setting(node: Syntax): void {
    if (node.kind !== 'call') return;
    const text = print(node);
    for (const value of numberIn(
      text,
      /^(?:jest|jasmine|vi|test|mocha)\.(?:setTimeout|setConfig|timeout)\(\D*(\d+)/,
    ))
      this.settings.timeoutMs = Math.max(value, this.settings.timeoutMs ?? 0);
    for (const value of numberIn(
      text,
      /^(?:jest\.retryTimes\(|vi\.setConfig\(.*retry: |test\.describe\.configure\(.*retries: )(\d+)/,
    ))
      this.settings.retries = Math.max(value, this.settings.retries);
  }
}

const stateWith = (state: TestState, { facts }: BodyReader): TestState =>
  strictest([
    state,
    ...facts.skips.map(({ isConditional }): TestState => (isConditional ? 'conditional' : 'skipped')),
  ]);

const numberIn = (text: string, pattern: RegExp): readonly number[] => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? [] : [Number(found)];
};
