import {
  acceptanceOf,
  type AttributedVerdict,
  type BeforeAfter,
  type Escalation,
  type Finding,
  type TestSummary,
  type Waiver,
} from '@ymera/contracts';
import { duration } from '../terminal/duration';
import { labelled } from '../terminal/layout';
import type { Style } from '../terminal/style';

/** Results of the examination and the tests of a change, with all findings, for the person who decides. */
export function verdictLines(
  verdict: AttributedVerdict,
  tests: TestSummary,
  style: Style,
  columns = Infinity,
): string[] {
  const { green, red, dim } = style;
  const row = (label: string, text: string): string => labelled(label.padEnd(12), text, columns);
  const mark = verdict.approved ? green('✔ approved') : red('✖ rejected');
  const lines = [
    '',
    row(
      'Examination',
      `${mark} ${dim(`by ${verdict.agent_id}, policy ${verdict.policy_version}, tree ${verdict.tree.slice(0, 12)}`)}`,
    ),
    ...findingLines(verdict.findings, style, columns, Infinity),
    ...waiverLines(verdict.waivers ?? [], columns),
    row(
      'Tests',
      `${testsLine(tests)} ${dim(`in ${duration(tests.duration_ms)} on tree ${tests.tree.slice(0, 12)}`)}`,
    ),
  ];
  if (verdict.before_after) lines.push(row('Speed', speedLine(verdict.before_after)));
  const memory = verdict.before_after && memoryLine(verdict.before_after);
  if (memory) lines.push(row('Memory', memory));
  return lines;
}

const shownFindings = 5;

/** Findings with their places: the first ones, or all where a person decides on them. */
export function findingLines(
  findings: readonly Finding[],
  { dim }: Pick<Style, 'dim'>,
  columns = Infinity,
  most = shownFindings,
): string[] {
  const shown = findings.slice(0, most).map(({ code, message, file, line }) => {
    const where = file === undefined ? '' : dim(` (${file}${line === undefined ? '' : `:${line}`})`);
    return labelled('  ', `${code}: ${message}${where}`, columns);
  });
  const rest = findings.length - shown.length;
  return rest > 0 ? [...shown, dim(`  … ${rest} more findings`)] : shown;
}

/** Accepted findings, with the person and the reason. */
const waiverLines = (waivers: readonly Waiver[], columns = Infinity): string[] =>
  waivers.map(({ code, file, accepted_by, reason }) =>
    labelled(
      'Accepted'.padEnd(12),
      `${code}${file === undefined ? '' : ` (${file})`} by ${accepted_by}: ${reason}`,
      columns,
    ),
  );

/** Work that was rejected too often, and why. */
export function escalationLines(escalation: Escalation, style: Style, columns = Infinity): string[] {
  const { rounds, error, findings, change, waivers = [] } = escalation;
  const { bold, red, dim } = style;
  const heading = `${bold('rejected')} after ${rounds} round(s) of rework: ${error.message}`;
  return [
    '',
    labelled('✖ ', heading, columns, `${red('✖')} `),
    ...findingLines(findings, style, columns, Infinity),
    ...waiverLines(waivers, columns),
    ...acceptLines(escalation, columns),
    ...(change ? [dim(`  last proposed commit ${change.commit.slice(0, 12)}`)] : []),
  ];
}

/** Whether these findings can be accepted; empty without a verdict of the examination. */
function acceptLines(escalation: Escalation, columns: number): string[] {
  const acceptance = acceptanceOf(escalation);
  if (acceptance.kind === 'possible') return [];
  const { because, findings } = acceptance;
  const codes = [...new Set(findings.map(({ code }) => code))].slice(0, shownFindings).join(', ');
  return [labelled('  ', `Cannot be accepted: ${because}${codes === '' ? '' : ` (${codes})`}`, columns)];
}
export const testsLine = ({ passed, failed, failed_on_base: onBase }: TestSummary): string =>
  `${passed} passed, ${failed} failed${onBase === undefined ? '' : `, ${onBase} fail on the base as well`}`;

export const speedLine = (measured: BeforeAfter): string =>
  `${measured.before_median_ms.toFixed(1)} ms before, ${measured.after_median_ms.toFixed(1)} ms after: ${measured.speedup.toFixed(1)} times as fast (median of ${measured.runs} interleaved runs each)`;

/** Undefined for a benchmark that does not measure retained memory. */
export const memoryLine = ({
  before_retained_bytes: before,
  after_retained_bytes: after,
}: BeforeAfter): string | undefined =>
  before === undefined || after === undefined
    ? undefined
    : `${before} bytes stayed after each operation before, ${after} after`;
