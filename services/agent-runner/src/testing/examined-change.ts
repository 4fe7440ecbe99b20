import type { Intent } from '@ymera/contracts';
import type { ChangedFile } from '../tools/integrity/changed-file';
import { examineChange } from '../tools/integrity/examine-change';
import type { IntegrityFinding } from '../tools/integrity/findings';

export interface ExaminedChange {
  readonly intent?: Intent;
  readonly request?: string;
  readonly bench?: string;
  /** Files that the change does not touch. */
  readonly unchanged?: Readonly<Record<string, string>>;
}

/** The findings of the rules on a change, without a repository. */
export function examined(
  files: readonly ChangedFile[],
  { intent = 'ENHANCE', request = 'Make it faster', bench, unchanged = {} }: ExaminedChange = {},
): readonly IntegrityFinding[] {
  const present = files.filter(({ after }) => after !== null).map(({ path }) => path);
  return examineChange({
    files,
    intent,
    request,
    paths: [...present, ...Object.keys(unchanged)],
    commands: { test: 'npm test', bench },
    readUnchanged: (path) => unchanged[path],
  });
}

/** Codes of blocking findings, with `?` for those that depend on the test results of both sides. */
export const blockingCodes = (findings: readonly IntegrityFinding[]): readonly string[] => [
  ...new Set(
    findings
      .filter(({ severity }) => severity === 'high' || severity === 'critical')
      .map(({ code, needsTrial }) => (needsTrial ? `${code}?` : code)),
  ),
];
