import type { ErrorShape } from '@ymera/contracts';
import { duration } from '../terminal/duration';
import { labelled } from '../terminal/layout';
import type { Style } from '../terminal/style';
import { coloredDiff } from '../words/colored-diff';
import type { DemoResult } from './demo-result';
import { findingLines, memoryLine, speedLine, testsLine } from '../words/evidence';
import { evidenceOf, nextStep, whoseFault } from '../words/fault';

const maxDiffLines = 120;
const maxReviewLines = 50;

/** The result for the person: the change, its evidence, its place, and how to revert it. */
export function presentResult(
  result: DemoResult,
  diff: string | undefined,
  style: Style,
  columns = Infinity,
): string {
  const { bold, dim, green } = style;
  if (result.state === 'input_required')
    return `\n${labelled('One question: ', result.question ?? '', columns, `${bold('One question')}: `)}\n`;
  if (result.state !== 'completed') return unfinished(result, style, columns);
  const row = (label: string, text: string): string => labelled(`  ${label.padEnd(11)}`, text, columns);
  // Paths and commands are copied, so they are not broken into lines.
  const whole = (label: string, text: string): string => `  ${label.padEnd(11)}${text}`;
  const lines = ['', diff ? coloredDiff(diff, maxDiffLines, style) : '', ''];
  lines.push(
    `${green('✔')} ${bold('done')} in ${duration(result.duration_ms)} ${dim(`(${duration(result.overhead_ms)} of it overhead of the platform)`)}`,
  );
  if (result.commit) lines.push(row('Landed', `${result.commit.slice(0, 12)} on ${result.branch ?? ''}`));
  if (result.tests) lines.push(row('Tests', testsLine(result.tests)));
  if (result.before_after) lines.push(row('Speed', speedLine(result.before_after)));
  const memory = result.before_after && memoryLine(result.before_after);
  if (memory) lines.push(row('Memory', memory));
  if (result.verdict) {
    for (const line of findingLines(result.verdict.findings, style)) lines.push(row('Found', line.trim()));
    for (const { code, accepted_by, reason } of result.verdict.waivers ?? [])
      lines.push(row('Accepted', `${code} by ${accepted_by}: ${reason}`));
  } else lines.push(...reviewLines(result, style, columns));
  for (const approval of result.approvals) lines.push(row('Approved', approvalLine(approval)));
  if (result.repo) lines.push(whole('Repository', result.repo));
  if (result.error) {
    lines.push(
      row(
        isNotGiven(result.error) ? 'Not given' : 'Too late',
        `${result.error.code}: ${result.error.message}`,
      ),
    );
    if (result.error.suggestion) lines.push(whole('', result.error.suggestion));
  }
  if (result.landed_branch)
    lines.push(
      row('Branch', `${result.landed_branch} in your repository`),
      whole('Revert', dim(`git branch -D ${result.landed_branch}`)),
    );
  else if (result.repo && result.commit && result.branch)
    // A bare repository has no working copy to revert in: its branch is reset.
    lines.push(
      whole(
        'Revert',
        `git -C ${result.repo} update-ref refs/heads/${result.branch} ${result.commit.slice(0, 12)}~1`,
      ),
    );
  lines.push(row('Trace', result.trace_id), '');
  return lines.join('\n');
}

/** It landed, but the clone or the branch failed, or the person interrupted too late. */
const isNotGiven = ({ code }: ErrorShape): boolean => code === 'clone_failed' || code === 'land_failed';

/** Without a change the findings are the result: the first ones for a person, all of them in JSON. */
function reviewLines({ intent, findings }: DemoResult, style: Style, columns: number): string[] {
  if (findings.length === 0) return intent === 'REVIEW' ? ['  Found      nothing'] : [];
  const { bold, dim } = style;
  return [
    '',
    bold(`Found ${findings.length}:`),
    ...findingLines(findings, style, columns, maxReviewLines),
    ...(findings.length > maxReviewLines ? [dim('  --json has all of them')] : []),
    '',
  ];
}

/** Why it ended, the side at fault, the evidence, and what to do next. */
function unfinished({ state, error, verdict, findings }: DemoResult, style: Style, columns: number): string {
  const { bold, red, dim } = style;
  const lines = ['', `${red('✖')} ${bold(state)}`];
  if (error) lines.push(labelled('  ', `${error.code}: ${error.message}`, columns));
  const found = verdict?.findings ?? [];
  lines.push(...findingLines(found, style, columns));
  if (error) {
    const row = (label: string, text: string): string =>
      labelled(`  ${label.padEnd(13)}`, text, columns, `  ${bold(label.padEnd(13))}`);
    lines.push('', row('At fault', whoseFault(error)));
    for (const [index, line] of evidenceOf([...findings, ...found]).entries())
      lines.push(`  ${index === 0 ? bold('Evidence'.padEnd(13)) : ' '.repeat(13)}${dim(line)}`);
    lines.push(row('Next step', nextStep(error)));
  }
  return [...lines, ''].join('\n');
}

function approvalLine({ kind, option, decided_by, by_policy }: DemoResult['approvals'][number]): string {
  const subjects = {
    plan_approval: 'the plan',
    landing_approval: 'the landing',
    escalation: `to ${(option ?? '').replace('_', ' ')}`,
  };
  return `${subjects[kind]} by ${decided_by}${by_policy ? ', by policy' : ''}`;
}
