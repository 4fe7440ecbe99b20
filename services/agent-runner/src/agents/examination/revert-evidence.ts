import type { Task } from '@ymera/agent-sdk';
import type { Finding } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { ChangeEntry } from '../../workspace/change-entries';
import type { Workspace } from '../../workspace/workspace';

type Commits = Pick<Workspace, 'changedFiles' | 'changedLines' | 'commit'>;

/** What a revert takes back of the change that it names. */
export interface RevertEvidence {
  /** Files in which the revert is exactly the inverse of the reverted change. */
  readonly files: ReadonlySet<string>;
  /** It is the inverse in every file that it touches. */
  readonly isExact: boolean;
}

type Revert = Pick<Task, 'base' | 'input'>;

const nothing: RevertEvidence = { files: new Set(), isExact: false };

/** What must be there beside the change and its base. */
export const revertedCommits = ({ input: { reverts } }: Revert): readonly string[] =>
  reverts ? [reverts.base, reverts.commit] : [];

/**
 * Asks git whether a change is the revert that it is said to be. By contents where nobody touched the file in between; else by the
 * lines that went and came, so that later changes elsewhere in the file do not matter. Undefined when it is not said to be one.
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

/** What one has added, in order, the other has removed, and the other way round. */
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
 * Findings that say no more than that the reverted change is taken back, tests and all, are for the person who approves the landing
 * to see. What is critical stays what it is, as do findings in files in which the revert does something of its own.
 */
export const inRevertedFiles = (
  findings: readonly Finding[],
  { files }: RevertEvidence = nothing,
): readonly Finding[] =>
  findings.map((finding) =>
    finding.file !== undefined && files.has(finding.file) ? takenBack(finding) : finding,
  );

/** The same for what was measured of the whole. */
export const ofExactRevert = (
  findings: readonly Finding[],
  { isExact }: RevertEvidence = nothing,
): readonly Finding[] => (isExact ? findings.map(takenBack) : findings);

function takenBack(finding: Finding): Finding {
  if (finding.severity !== 'high') return finding;
  const message = `${finding.message} The revert takes back what the reverted change brought.`;
  return { ...finding, severity: 'medium', message: message.slice(0, 2000) };
}
