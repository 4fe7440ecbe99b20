import { print, type Bindings } from '../syntax/print';
import type { FunctionSyntax, Syntax } from '../syntax/syntax';
import { constantText, dottedName } from '../syntax/walk';
import type { Place } from './body-reader';
import { truthOf } from './control-flow';
import { rowsOf } from './rows';
import { stricter, strictest } from './states';
import { taggedRows } from './tagged-table';
import type { TestState } from './test-model';

/** `test('adds', { skip: true }, () => ...)`, with the names that it is called by. */
export type Call = Extract<Syntax, { kind: 'call' }>;

/** The title as the runner prints it, where all inserted values are known. */
export function titleOf(node: Syntax, bindings: Bindings): string {
  if (node.kind !== 'template') return print(node, bindings);
  const values = node.values.map((value) => print(value, bindings));
  if (!values.every((value) => /^(?:-?[\d.]+|"(?:[^"\\]|\\.)*")$/.test(value))) return print(node, bindings);
  return node.texts.map((text, index) => text + (values[index] ?? '').replaceAll(/^"|"$/g, '')).join('');
}

export interface TestOptions {
  readonly state?: TestState;
  readonly timeoutMs?: number;
  readonly retries?: number;
}

/** Only an argument of the call itself is relevant to the test. */
export function optionsOf(args: readonly Syntax[]): TestOptions {
  const found: { state: TestState; timeoutMs?: number; retries?: number } = { state: 'runs' };
  args.forEach((argument, index) => {
    if (argument.kind === 'literal' && argument.type === 'number' && index > 0)
      found.timeoutMs = Number(argument.value);
    if (argument.kind !== 'record' || index === 0) return;
    for (const { key, value } of argument.entries) {
      const name = key?.kind === 'name' ? key.name : key?.kind === 'literal' ? key.value : '';
      const truth = truthOf(value);
      if (/^(?:skip|todo|fails|expectFailure|ignore)$/.test(name) && truth !== false)
        found.state = stricter(
          found.state,
          truth === undefined ? 'conditional' : name === 'todo' ? 'todo' : 'skipped',
        );
      if (name === 'only' && truth !== false) found.state = stricter(found.state, 'only');
      const number = Number(constantText(value));
      if (name === 'timeout') found.timeoutMs = Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
      if (/^(?:retry|retries)$/.test(name)) found.retries = Number.isNaN(number) ? 1 : number;
    }
  });
  return found;
}

export function stateOf(
  root: string,
  modifiers: readonly string[],
  callee: Syntax,
  options: TestOptions,
  hasBody: boolean,
): TestState {
  const named = modifiers.map((word): TestState => {
    if (/^(?:skip|fixme|failing|fails|ignore|expectFailure)$/.test(word)) return 'skipped';
    if (word === 'todo') return 'todo';
    if (word === 'only') return 'only';
    // One of two, which of them depends.
    if (word === 'maybe') return 'conditional';
    return /^(?:skipIf|runIf|if|when)$/.test(word) ? conditionOf(word, callee) : 'runs';
  });
  const byName: TestState = /^x/.test(root)
    ? 'skipped'
    : /^f(?:it|describe|context|test|specify)/.test(root)
      ? 'only'
      : 'runs';
  return strictest([...named, byName, options.state ?? 'runs', hasBody ? 'runs' : 'todo']);
}

/** `test.skipIf(true)` always skips. */
function conditionOf(word: string, callee: Syntax): TestState {
  const condition = callee.kind === 'call' ? callee.args[0] : undefined;
  const truth = condition === undefined ? undefined : truthOf(condition);
  if (truth === undefined) return 'conditional';
  return truth === (word === 'skipIf') ? 'skipped' : 'runs';
}

export function tableOf(call: Call, place: Place): readonly Syntax[] | undefined {
  if (call.callee.kind !== 'call') return undefined;
  const name = dottedName(call.callee.callee);
  const [table] = call.callee.args;
  if (!/\.(?:each|for)$/.test(name) || table === undefined) return undefined;
  return table.kind === 'template' ? taggedRows(table) : rowsOf(table, place.bindings);
}

/** The test's own object: the argument of the callback. */
export const contextNames = (callback: FunctionSyntax): readonly string[] => {
  const [first] = callback.parameters;
  return first?.pattern.kind === 'name' &&
    /^(?:t|ctx|context|assert|test|tap|tt|st|c|qunit)$/i.test(first.pattern.name)
    ? [first.pattern.name]
    : [];
};

export const hasDone = (callback: FunctionSyntax): boolean =>
  callback.parameters.some(
    ({ pattern }) => pattern.kind === 'name' && /^(?:done|cb|callback|end|next)$/.test(pattern.name),
  );
