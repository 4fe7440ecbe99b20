import type { Branch, Commit, Effects, WorkflowRow } from './effects';
import { doubled, type Finding, groupBy, lost } from './finding';

/** Exactly one commit on the project's branch for each completed workflow that made a change, and no other commit of the platform. */
export function checkLandings({ workflows, changes, branches }: Effects): Finding[] {
  const commitsOf = groupBy(
    branches.flatMap((branch) =>
      ourCommits(branch).map((commit) => ({ ...commit, projectId: branch.projectId })),
    ),
    (commit) => commit.requestId,
  );
  const changesOf = groupBy(changes, (change) => change.workflow_id);
  const completed = new Set(
    workflows.filter(({ state }) => state === 'completed').map(({ request_id }) => request_id),
  );
  return [
    ...workflows
      .filter(({ state, workflow_id }) => state === 'completed' && changesOf.has(workflow_id))
      .flatMap((run) =>
        checkLanded(run, changesOf.get(run.workflow_id) ?? [], commitsOf.get(run.request_id) ?? []),
      ),
    ...[...commitsOf].flatMap(([requestId, commits]) =>
      completed.has(requestId)
        ? []
        : commits.map(({ id, projectId }) =>
            doubled(
              `commit ${id} landed on ${projectId} for request ${requestId}, whose run did not complete`,
            ),
          ),
    ),
    ...branches.flatMap(checkChain),
  ];
}

const ourCommits = ({ commits }: Branch): (Commit & { requestId: string })[] =>
  commits.flatMap(({ requestId, ...commit }) => (requestId === null ? [] : [{ ...commit, requestId }]));

function checkLanded(run: WorkflowRow, changes: Effects['changes'], commits: readonly Commit[]): Finding[] {
  const landed = changes.filter(({ state }) => state === 'landed');
  const name = `completed workflow ${run.workflow_id}`;
  const findings: Finding[] = [];
  if (landed.length > 1) findings.push(doubled(`${name} landed ${landed.length} changes: ${ids(landed)}`));
  if (commits.length > 1)
    findings.push(
      doubled(
        `${name} has ${commits.length} commits on ${run.project_id}: ${commits.map(({ id }) => id).join(', ')}`,
      ),
    );
  if (commits.length === 0) findings.push(lost(`${name} has no commit on the branch of ${run.project_id}`));
  for (const { change_id, commit } of landed)
    if (commits.length > 0 && !commits.some(({ id }) => id === commit))
      findings.push(
        lost(`${name}: landed change ${change_id} is commit ${commit}, which is not on ${run.project_id}`),
      );
  if (landed.length === 0) findings.push(lost(`${name} has no landed change`));
  return findings;
}

const ids = (changes: Effects['changes']): string => changes.map(({ change_id }) => change_id).join(', ');

/** A branch is linear: each commit's parent is the one before it, and no commit occurs twice. */
function checkChain({ projectId, commits }: Branch): Finding[] {
  const findings: Finding[] = [];
  for (const [index, { id, parents, requestId }] of commits.entries()) {
    const below = commits[index + 1];
    const isRoot = below === undefined || requestId === null;
    if (!isRoot && (parents.length !== 1 || parents[0] !== below.id))
      findings.push(
        lost(
          `commit ${id} on ${projectId} stands on ${parents.join(' and ') || 'nothing'}, not on ${below.id}`,
        ),
      );
  }
  for (const [id, same] of groupBy(commits, (commit) => commit.id))
    if (same.length > 1) findings.push(doubled(`commit ${id} is ${same.length} times on ${projectId}`));
  return findings;
}
