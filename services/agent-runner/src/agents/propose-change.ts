import { putArtefact, type Task, type TaskContext, type TaskResult } from '@ymera/agent-sdk';
import { err, failureOf, FailureException, ok, type Result } from '@ymera/kernel';
import { policy } from '@ymera/resilience';
import type { CollectedChange } from '../workspace/collect-change';

type Proposed = Pick<TaskResult, 'change' | 'change_artefact' | 'findings'>;

/** 64 MiB at half a mebibyte a second. */
const uploadTimeoutMs = 120_000;
const upload = policy({
  name: 'artefact_upload',
  timeoutMs: uploadTimeoutMs,
  retries: 3,
  backoff: { initialMs: 500, maxMs: 5_000 },
});

/** The change in a result: inline when it fits into the message, otherwise uploaded as an artefact first. */
export async function proposeChange(
  { base, patch, findings }: CollectedChange,
  task: Pick<Task, 'workspace_url'>,
  { workspaceCredential, signal }: Pick<TaskContext, 'workspaceCredential' | 'signal'>,
  summary?: string,
): Promise<Result<Proposed>> {
  const about = { base, ...(summary === undefined ? {} : { summary }) };
  const leftOut = findings.length === 0 ? {} : { findings: [...findings] };
  if (patch.text !== undefined) return ok({ change: { ...about, patch: patch.text }, ...leftOut });
  const place = { workspaceUrl: task.workspace_url, credential: workspaceCredential };
  const file = { path: patch.file, digest: patch.digest, sizeBytes: patch.sizeBytes };
  try {
    await upload.execute(async (inside) => {
      const put = await putArtefact(place, file, inside);
      if (!put.ok) throw new FailureException(put.error);
    }, signal);
  } catch (error) {
    return err(failureOf(error));
  }
  const artefact = { ...about, digest: `sha256:${patch.digest}`, size_bytes: patch.sizeBytes };
  return ok({ change_artefact: artefact, ...leftOut });
}
