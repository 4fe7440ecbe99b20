import { SaxesParser } from 'saxes';
import { countsOf, type ReportedFailure, type ToolReport } from './report';

const maxFailures = 200;
const maxTextLength = 10_000;

interface OpenCase {
  readonly name: string;
  readonly group: string;
  state: 'passed' | 'failed' | 'skipped';
  error: string;
  text: string;
}

/**
 * JUnit's XML format, as Surefire, Gradle, pytest and many others write it. Undefined for a file of another format, or
 * a truncated one. Entities beyond XML's own and external documents are never read.
 */
export function junitReport(xml: string): ToolReport | undefined {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const failures: ReportedFailure[] = [];
  let open: OpenCase | undefined;
  let isInFailure = false;
  let hasSuite = false;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testsuite' || name === 'testsuites') hasSuite = true;
    if (name === 'testcase')
      open = {
        name: attributes['name'] ?? '',
        group: attributes['classname'] ?? '',
        state: 'passed',
        error: '',
        text: '',
      };
    if (!open) return;
    if (name === 'skipped') open.state = 'skipped';
    if (name !== 'failure' && name !== 'error') return;
    isInFailure = true;
    open.state = 'failed';
    open.error ||= wordsOf(attributes['type'] ?? '', attributes['message'] ?? '');
  });
  const collect = (text: string) => {
    if (open && isInFailure && open.text.length < maxTextLength) open.text += text;
  };
  parser.on('text', collect);
  parser.on('cdata', collect);
  parser.on('closetag', ({ name }) => {
    if (name === 'failure' || name === 'error') isInFailure = false;
    if (name !== 'testcase' || !open) return;
    tally[open.state] += 1;
    if (open.state === 'failed' && failures.length < maxFailures)
      failures.push({
        name: open.name,
        ...(open.group === '' ? {} : { group: open.group }),
        text: open.text,
        ...(open.error === '' ? {} : { error: open.error }),
      });
    open = undefined;
  });
  try {
    parser.write(xml).close();
  } catch {
    return undefined;
  }
  if (!hasSuite) return undefined;
  const counts = countsOf(tally.passed, tally.failed, tally.skipped);
  return { tool: 'junit', counts, failures, namesAll: failures.length >= counts.failed };
}

/** The class of the error, unless its message starts with it. */
const wordsOf = (type: string, message: string): string =>
  type === '' || message.includes(type) || !/(?:Error|Exception|Failure)$/.test(type)
    ? message
    : `${type}: ${message}`;
