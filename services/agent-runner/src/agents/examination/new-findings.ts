import type { AnalysisFinding } from '../../tools/analysis-protocol';

/**
 * Findings that are new in the change. Lines move, so a finding is identified by the text of its line; the same
 * line a second time is a second finding.
 */
export function newFindings(
  before: readonly AnalysisFinding[],
  after: readonly AnalysisFinding[],
  textOf: (side: 'before' | 'after', path: string) => string,
): readonly AnalysisFinding[] {
  const key = (side: 'before' | 'after', finding: AnalysisFinding) => {
    const line = textOf(side, finding.file).split('\n')[finding.line - 1] ?? '';
    return JSON.stringify([finding.code, finding.file, line.trim()]);
  };
  const known = new Map<string, number>();
  for (const finding of before)
    known.set(key('before', finding), (known.get(key('before', finding)) ?? 0) + 1);
  return after.filter((finding) => {
    const left = known.get(key('after', finding)) ?? 0;
    known.set(key('after', finding), left - 1);
    return left <= 0;
  });
}
