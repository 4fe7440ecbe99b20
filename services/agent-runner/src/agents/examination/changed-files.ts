import { ok, type Result } from '@ymera/kernel';
import { absentMode } from '../../workspace/change-entries';
import type { Workspace } from '../../workspace/workspace';
import type { ChangedFile } from './test-integrity';

/** What differs between the base and the commit of a working copy, with both texts. */
export async function changedFiles(after: Workspace, base: string): Promise<Result<readonly ChangedFile[]>> {
  const entries = await after.changedFiles(base);
  if (!entries.ok) return entries;
  const files = entries.value.map(async ({ path, oldMode, newMode }) => ({
    path,
    before: oldMode === absentMode ? null : ((await after.committedFile(path, base)) ?? ''),
    after: newMode === absentMode ? null : ((await after.committedFile(path)) ?? ''),
  }));
  return ok(await Promise.all(files));
}
