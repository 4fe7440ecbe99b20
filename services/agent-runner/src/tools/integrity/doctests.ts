import { pythonSyntax } from '../syntax/python-syntax';
import type { Syntax } from '../syntax/syntax';
import { describeDemand } from './describe-demand';
import { strength } from './matchers';
import type { Assertion, TestCase, TestFile } from './test-model';

interface Example {
  readonly subject: string;
  readonly source: string;
  readonly expected: string;
  readonly isSkipped: boolean;
  readonly line: number;
}

/** Whether a command runs the examples of a module's documentation. */
export const runsDoctests = (command: string, path: string): boolean =>
  path.endsWith('.py') &&
  (/--doctest-modules\b/.test(command) ||
    (/-m\s+doctest\b/.test(command) && command.split(/[\s'"]+/).includes(path)));

/** The examples of a module's documentation, those of each function as one test. */
export function doctests(path: string, text: string): TestFile {
  // A skipped example is a skipped test.
  const titleOf = ({ subject, source, isSkipped }: Example) =>
    `documentation of ${subject || 'the module'}${isSkipped ? `: ${source}` : ''}`;
  const cases = [...Map.groupBy(examplesIn(text), titleOf)].map(([title, examples]): TestCase => ({
    title,
    state: examples.some(({ isSkipped }) => isSkipped) ? 'skipped' : 'runs',
    assertions: examples.filter(({ expected }) => expected !== '').map(assertionOf),
    actions: examples.filter(({ expected }) => expected === '').map(({ source }) => source),
    timeoutMs: undefined,
    retries: 0,
    line: examples[0]?.line ?? 1,
  }));
  return { path, cases, timeoutMs: undefined, retries: 0, rows: [] };
}

function examplesIn(text: string): readonly Example[] {
  const found: Example[] = [];
  const lines = text.split('\n');
  let subject = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    subject = /^\s*(?:async\s+)?(?:def|class)\s+(\w+)/.exec(line)?.[1] ?? subject;
    const first = /^\s*>>> ?(.*)$/.exec(line)?.[1];
    if (first === undefined) continue;
    const start = at + 1;
    const source = [first];
    for (let next; (next = /^\s*\.\.\. ?(.*)$/.exec(lines[at + 1] ?? '')?.[1]) !== undefined; at += 1)
      source.push(next);
    const expected: string[] = [];
    while (/\S/.test(lines[at + 1] ?? '') && !/^\s*(?:>>>|"""|''')/.test(lines[at + 1] ?? '')) {
      at += 1;
      expected.push((lines[at] ?? '').trim());
    }
    found.push({
      subject,
      source: source.join('\n'),
      expected: expected.join('\n'),
      isSkipped: source.some((one) => /#\s*doctest:.*\+SKIP\b/.test(one)),
      line: start,
    });
  }
  return found;
}

function assertionOf({ source, expected, line }: Example): Assertion {
  const options = /#\s*doctest:\s*(.*)$/m.exec(source)?.[1] ?? '';
  const hasGap = /\+ELLIPSIS\b/.test(options) && expected.includes('...');
  const text = (value: string): Syntax => ({ kind: 'literal', type: 'string', value, line });
  return describeDemand(
    {
      relation: hasGap ? 'part' : 'equal',
      strength: hasGap ? strength.part : strength.exact,
      isNegated: false,
      actual: expressionIn(source) ?? { kind: 'other', type: 'Statements', children: [text(source)], line },
      expected: [
        hasGap ? text(expected.replaceAll(/\.{3}|["'\s]/g, '')) : (expressionIn(expected) ?? text(expected)),
      ],
      isAsync: false,
      line,
    },
    { bindings: new Map(), guards: [], suppression: undefined },
  );
}

/** Undefined where it is no single expression: several statements, or a traceback. */
function expressionIn(text: string): Syntax | undefined {
  if (text.startsWith('Traceback')) return undefined;
  try {
    const [only, ...others] = pythonSyntax(text).body;
    const isStatement = only?.kind === 'other' && !only.type.endsWith('Expression');
    return others.length === 0 && !isStatement ? only : undefined;
  } catch {
    return undefined;
  }
}
