import type { Task } from '@ymera/agent-sdk';
import type { Finding } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { ChangeEntry } from '../../workspace/change-entries';
import type { Workspace } from '../../workspace/workspace';

type Commits = Pick<Workspace, 'changedFiles' | 'changedLines' | 'commit'>;

/** The part of the named change that a revert undoes. */
export interface RevertEvidence {
  /** Files in which the revert is exactly the inverse of the reverted change. */
  readonly files: ReadonlySet<string>;
  /** It is the inverse in every file that it touches. */
  readonly isExact: boolean;
}

type Revert = Pick<Task, 'base' | 'input'>;

const nothing: RevertEvidence = { files: new Set(), isExact: false };

/** Commits that must exist beside the change and its base. */
export const revertedCommits = ({ input: { reverts } }: Revert): readonly string[] =>
  reverts ? [reverts.base, reverts.commit] : [];

/**
 * Checks with git whether a change is the revert that it claims to be. By contents where the file was not changed in between;
 * otherwise by removed and added lines, so that later changes elsewhere in the file do not matter. Undefined without a claim.
 */
export async function revertEvidence(
  git: Commits,
  { base, input: { reverts } }: Revert,
): Promise<Result<RevertEvidence | undefined>> {
  if (!reverts) return ok(undefined);
  const now = await git.changedFiles(base);
  const then = await git.changedFiles(reverts.base, reverts.commit);
  if (!now.ok) return now;
  if (!then.ok) return then;
  const before = new Map(then.value.map((entry) => [entry.path, entry]));
  const known = now.value.filter(({ path }) => before.has(path));
  const differing = known
    .filter((entry) => !isInverse(entry, before.get(entry.path)))
    .map(({ path }) => path);
  const came = await git.changedLines(base, git.commit, differing);
  if (!came.ok) return came;
  const went = await git.changedLines(reverts.base, reverts.commit, differing);
  if (!went.ok) return went;
  const files = new Set(
    known
      .map(({ path }) => path)
      .filter((path) => !differing.includes(path) || areInverse(came.value.get(path), went.value.get(path))),
  );
  return ok({ files, isExact: now.value.length > 0 && now.value.every(({ path }) => files.has(path)) });
}

const isInverse = (now: ChangeEntry, then: ChangeEntry | undefined): boolean =>
  then !== undefined &&
  now.oldObject === then.newObject &&
  now.newObject === then.oldObject &&
  now.oldMode === then.newMode &&
  now.newMode === then.oldMode;

/** The lines that one has added, in order, are those that the other has removed, and vice versa. */
function areInverse(now: readonly string[] | undefined, then: readonly string[] | undefined): boolean {
  if (!now || !then) return false;
  const of = (lines: readonly string[], sign: string): string =>
    lines
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1))
      .join('\n');
  return of(now, '+') === of(then, '-') && of(now, '-') === of(then, '+');
}

/**
 * Findings that only report the undone change, including its tests, are shown to the approver of the landing. Critical
 * findings stay, and so do findings in files where the revert changes something else.
 */
export const inRevertedFiles = (
  findings: readonly Finding[],
  { files }: RevertEvidence = nothing,
): readonly Finding[] =>
  findings.map((finding) =>
    finding.file !== undefined && files.has(finding.file) ? takenBack(finding) : finding,
  );

/** The same for measurements of the whole project. */
export const ofExactRevert = (
  findings: readonly Finding[],
  { isExact }: RevertEvidence = nothing,
): readonly Finding[] => (isExact ? findings.map(takenBack) : findings);

function takenBack(finding: Finding): Finding {
  if (finding.severity !== 'high') return finding;
  const message = `${finding.message} It is part of the reverted change.`;
  return { ...finding, severity: 'medium', message: message.slice(0, 2000) };
}
