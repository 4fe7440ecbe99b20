import type { AttributedVerdict, Escalation, Finding, TestSummary } from '@ymera/contracts';
import { duration } from '../terminal/duration';
import type { Style } from '../terminal/style';
import { visible } from '../terminal/visible';
import type { DemoResult } from './demo-result';

/** At most `longest` lines of a unified diff, coloured. */
export function coloredDiff(diff: string, longest: number, { green, red, cyan, bold, dim }: Style): string {
  const lines = diff.replace(/\n$/, '').split('\n').map(visible);
  const shown = lines.slice(0, longest).map((line) => {
    if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('diff ')) return bold(line);
    if (line.startsWith('@@')) return cyan(line);
    if (line.startsWith('+')) return green(line);
    if (line.startsWith('-')) return red(line);
    return line;
  });
  const rest = lines.length - shown.length;
  return rest > 0 ? [...shown, dim(`… ${rest} more lines`)].join('\n') : shown.join('\n');
}

export function verdictLines(
  verdict: AttributedVerdict,
  tests: TestSummary,
  { green, red, dim }: Style,
): string[] {
  const mark = verdict.approved ? green('✔ approved') : red('✖ rejected');
  const lines = [
    '',
    `Examination ${mark} ${dim(`by ${verdict.agent_id}, policy ${verdict.policy_version}, tree ${verdict.tree.slice(0, 12)}`)}`,
    `Tests       ${tests.passed} passed, ${tests.failed} failed ${dim(`in ${duration(tests.duration_ms)} on tree ${tests.tree.slice(0, 12)}`)}`,
  ];
  if (verdict.before_after) lines.push(`Speed       ${speedLine(verdict.before_after)}`);
  const memory = verdict.before_after && memoryLine(verdict.before_after);
  if (memory) lines.push(`Memory      ${memory}`);
  return lines;
}

const shownFindings = 5;

/** What was found and where, as much as a person reads. */
export function findingLines(findings: readonly Finding[], { dim }: Pick<Style, 'dim'>): string[] {
  const shown = findings.slice(0, shownFindings).map(({ code, message, file, line }) => {
    const where = file === undefined ? '' : dim(` (${visible(file)}${line === undefined ? '' : `:${line}`})`);
    return `  ${visible(`${code}: ${message}`)}${where}`;
  });
  const rest = findings.length - shown.length;
  return rest > 0 ? [...shown, dim(`  … ${rest} more findings`)] : shown;
}

/** What was rejected once too often, and why. */
export function escalationLines({ rounds, error, findings, change }: Escalation, style: Style): string[] {
  const { bold, red, dim } = style;
  return [
    '',
    `${red('✖')} ${bold('rejected')} after ${rounds} round(s) of rework: ${visible(error.message)}`,
    ...findingLines(findings, style),
    ...(change ? [dim(`  last proposed commit ${change.commit.slice(0, 12)}`)] : []),
  ];
}

const speedLine = (measured: NonNullable<DemoResult['before_after']>): string =>
  `${measured.before_median_ms.toFixed(1)} ms before, ${measured.after_median_ms.toFixed(1)} ms after: ${measured.speedup.toFixed(1)} times as fast (median of ${measured.runs} interleaved runs each)`;

/** Undefined for a benchmark that does not measure what stays. */
const memoryLine = ({
  before_retained_bytes: before,
  after_retained_bytes: after,
}: NonNullable<DemoResult['before_after']>): string | undefined =>
  before === undefined || after === undefined
    ? undefined
    : `${before} bytes stayed after each operation before, ${after} after`;

/** What the person gets: the change, its evidence, where it is, and how to take it back. */
export function presentResult(result: DemoResult, diff: string | undefined, style: Style): string {
  const { bold, dim, green, red } = style;
  if (result.state === 'input_required') return `\n${bold('One question')}: ${result.question ?? ''}\n`;
  if (result.state !== 'completed') return `\n${red('✖')} ${bold(result.state)}  ${failureLine(result)}\n`;
  const lines = ['', diff ? coloredDiff(diff, 120, style) : '', ''];
  lines.push(
    `${green('✔')} ${bold('done')} in ${duration(result.duration_ms)} ${dim(`(${duration(result.overhead_ms)} of it overhead of the platform)`)}`,
  );
  if (result.commit) lines.push(`  Landed     ${result.commit.slice(0, 12)} on ${result.branch ?? ''}`);
  if (result.tests) lines.push(`  Tests      ${result.tests.passed} passed, ${result.tests.failed} failed`);
  if (result.before_after) lines.push(`  Speed      ${speedLine(result.before_after)}`);
  const memory = result.before_after && memoryLine(result.before_after);
  if (memory) lines.push(`  Memory     ${memory}`);
  for (const approval of result.approvals) lines.push(`  Approved   ${approvalLine(approval)}`);
  if (result.repo) lines.push(`  Repository ${result.repo}`);
  if (result.landed_branch)
    lines.push(
      `  Branch     ${result.landed_branch} in your repository ${dim(`(undo: git branch -D ${result.landed_branch})`)}`,
    );
  else if (result.repo && result.commit && result.branch)
    // A bare repository has nothing to revert in: its branch goes back to what it was.
    lines.push(
      `  Take back  git -C ${result.repo} update-ref refs/heads/${result.branch} ${result.commit.slice(0, 12)}~1`,
    );
  lines.push(`  Trace      ${result.trace_id}`, '');
  return lines.join('\n');
}

function approvalLine({ kind, option, decided_by, by_policy }: DemoResult['approvals'][number]): string {
  const subjects = {
    plan_approval: 'the plan',
    landing_approval: 'the landing',
    escalation: `to ${(option ?? '').replace('_', ' ')}`,
  };
  return `${subjects[kind]} by ${decided_by}${by_policy ? ', by policy' : ''}`;
}

function failureLine({ error }: DemoResult): string {
  if (!error) return '';
  return `${error.code}: ${error.message}${error.suggestion ? `\n  ${error.suggestion}` : ''}`;
}
