import type { Expected } from './combination';

export interface FoundOn {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly file?: string;
  readonly evidence?: string;
  readonly suggestion?: string;
}

/** The outcome of a trial, as reported by the platform. */
export interface Outcome {
  readonly outcome: Expected['outcome'] | 'asked';
  /** The detected test command. */
  readonly command?: string;
  readonly code?: string;
  readonly message?: string;
  readonly suggestion?: string;
  /** Number of tasks that the agent got. */
  readonly rounds: number;
  readonly findings: readonly FoundOn[];
  readonly tests?: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly paths: readonly string[];
  readonly durationMs: number;
}

/** Differences from the expectation, in sentences; empty when there are none. */
export function differences(expected: Expected, outcome: Outcome): readonly string[] {
  const told = [
    outcome.message ?? '',
    outcome.suggestion ?? '',
    ...outcome.findings.flatMap(({ message, evidence = '', suggestion = '' }) => [
      message,
      evidence,
      suggestion,
    ]),
  ].join('\n');
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const has = (code: string): boolean => outcome.findings.some((finding) => finding.code === code);

  expect(
    outcome.outcome === expected.outcome,
    `expected: ${expected.outcome}; came: ${describeOutcome(outcome)}`,
  );
  switch (expected.outcome) {
    case 'landed': {
      const { passed, holds = [], finding, saysAlso } = expected;
      if (passed !== undefined)
        expect(outcome.tests?.passed === passed, `${passed} tests pass; came: ${outcome.tests?.passed}`);
      for (const path of holds) expect(outcome.paths.includes(path), `the landed tree has no ${path}`);
      if (finding !== undefined) expect(has(finding), `the approver sees no ${finding}`);
      if (saysAlso !== undefined) expect(saysAlso.test(told), `its words do not match ${String(saysAlso)}`);
      break;
    }
    case 'sent back':
      expect(has(expected.finding), `no finding ${expected.finding}`);
      break;
    case 'stopped':
      expect(outcome.code === expected.code, `code ${expected.code}; came: ${outcome.code}`);
      if (expected.maxRounds !== undefined)
        expect(outcome.rounds <= expected.maxRounds, `the agent worked ${outcome.rounds} times`);
      break;
    case 'not registered':
      expect(outcome.code === expected.code, `code ${expected.code}; came: ${outcome.code}`);
      break;
  }
  if ('says' in expected && expected.says !== undefined)
    expect(expected.says.test(told), `its words do not match ${String(expected.says)}`);
  return problems.length === 0 ? [] : [...problems, `what was told: ${told.slice(0, 3000)}`];
}

/** A short form for the table. */
export function describeOutcome({ outcome, code, findings, tests }: Outcome): string {
  const codes = [...new Set(findings.map((finding) => finding.code))].join(', ');
  switch (outcome) {
    case 'landed':
      return `landed, ${tests?.passed ?? 0} passed${codes === '' ? '' : ` (shown to the approver: ${codes})`}`;
    case 'sent back':
      return `sent back: ${codes}`;
    case 'stopped':
    case 'not registered':
      return `${outcome}: ${code ?? 'without a code'}${codes === '' ? '' : ` (${codes})`}`;
    case 'asked':
      return 'a question came back';
  }
}
