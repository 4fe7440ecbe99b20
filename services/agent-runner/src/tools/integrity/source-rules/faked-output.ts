import { print } from '../../syntax/print';
import type { Syntax } from '../../syntax/syntax';
import { constantText, dottedName, walk } from '../../syntax/walk';
import { finding } from '../findings';
import type { SourceFinding, SourceRule } from './source-rule';

const writes =
  /^(?:console\.\w+|process\.(?:stdout|stderr)\.write|process\._rawDebug|print|sys\.(?:stdout|stderr)\.write|(?:fs\.)?writeSync|os\.write|Deno\.stdout\.write|std(?:out|err)\.write)$/;
const writesFile =
  /^(?:(?:\w+\.)?(?:writeFile|writeFileSync|appendFile|appendFileSync|outputFile)|open|\w+\.write_text|Deno\.writeTextFile)$/;
/** The output of runners about tests, and of benchmarks about times. */
const summary =
  /^(?:not )?ok \d|^TAP version \d+|^1\.\.\d|^# (?:tests|pass|fail|suites) \d|^ℹ (?:tests|pass|fail) \d|\bTests?:?\s+\d+ (?:passed|failed)|\b\d+ (?:passing|passed|tests? passed)\b|^={2,} .*\d+ (?:passed|failed)|test result: ok|^Ran \d+ tests? in|^OK\b|"?median_ms"?\s*:|<testsuites?\b|^PASS\b|^✔ |^✓ |All tests passed/m;
const reportFile = /junit|(?:test|spec)[-_.]?(?:results?|report)|coverage-summary|lcov|\.tap$|results?\.xml/i;

/** Code that prints what only a test runner should print. */
export const fakedOutput: SourceRule = (file, { request }) => {
  if (file.role === 'benchmark') return [];
  const found: SourceFinding[] = [];
  const isAbout =
    /\b(?:tap\b|junit|reporter|test (?:runner|report|summary|output|results?)|coverage report)/i.test(
      request.text,
    );
  walk(file.syntax.body, (node) => {
    if (node.kind !== 'call') return;
    const name = dottedName(node.callee);
    const texts = node.args.map(textOf).filter((text) => text !== undefined);
    const printed = writes.test(name)
      ? texts.flatMap((text) => text.split('\n').flatMap((line) => summary.exec(line)?.[0] ?? []))
      : [];
    const isSummary = printed.length > 0;
    const isReport =
      writesFile.test(name) &&
      (reportFile.test(texts[0] ?? '') || texts.some((text) => /<testsuites?\b/.test(text)));
    if (!isSummary && !isReport) return;
    found.push({
      // A project's own runner with more output than before reports the same about its tests.
      subject: `${name} ${isReport ? print(node).slice(0, 300) : printed.join()}`,
      finding: finding(
        'output_faked',
        isAbout ? 'medium' : 'high',
        isReport
          ? 'A report of tests is written by hand.'
          : 'The code prints output that only a test runner or a benchmark should print.',
        { file: file.path, line: node.line, evidence: print(node) },
        'Let the runner report which tests have passed.',
      ),
    });
  });
  return found;
};

/** The text of an argument, with a number in place of each inserted value. */
function textOf(node: Syntax): string | undefined {
  if (node.kind === 'template') return node.texts.join('1');
  if (node.kind === 'call' && /(?:JSON\.stringify|join)$/.test(dottedName(node.callee)))
    return node.args[0] && print(node.args[0]);
  if (node.kind === 'call' && node.callee.kind === 'member' && node.callee.property === 'join')
    return node.callee.object.kind === 'list'
      ? node.callee.object.items.map((item) => textOf(item) ?? '').join('\n')
      : undefined;
  if (node.kind === 'binary' && node.operator === '+')
    return `${textOf(node.left) ?? '1'}${textOf(node.right) ?? '1'}`;
  return constantText(node);
}
