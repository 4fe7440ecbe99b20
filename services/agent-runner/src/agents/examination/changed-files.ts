import { mapConcurrently, ok, type Result } from '@ymera/kernel';
import { absentMode, hasText, type ChangeEntry } from '../../workspace/change-entries';
import type { Workspace } from '../../workspace/workspace';
import type { ChangedFile } from '../../tools/integrity/changed-file';

type Texts = Pick<Workspace, 'changedFiles' | 'textOf'>;

/** Each is two processes. */
const readConcurrency = 4;

/**
 * The differences between the base and the commit of a working copy, with both texts. An unreadable file is a failure:
 * treated as empty it would hide removed text.
 */
export async function changedFiles(after: Texts, base: string): Promise<Result<readonly ChangedFile[]>> {
  const entries = await after.changedFiles(base);
  if (!entries.ok) return entries;
  const files: ChangedFile[] = [];
  for (const file of await mapConcurrently(entries.value, readConcurrency, (entry) =>
    changedFile(after, entry),
  )) {
    if (!file.ok) return file;
    files.push(file.value);
  }
  return ok(files);
}

async function changedFile(
  texts: Texts,
  { path, oldMode, newMode, oldObject, newObject }: ChangeEntry,
): Promise<Result<ChangedFile>> {
  const [before, after] = await Promise.all([
    textOf(texts, oldMode, oldObject),
    textOf(texts, newMode, newObject),
  ]);
  if (!before.ok) return before;
  if (!after.ok) return after;
  const isTooLarge = before.value === undefined || after.value === undefined;
  return ok({
    path,
    before: before.value === undefined ? '' : before.value,
    after: after.value === undefined ? '' : after.value,
    ...(isTooLarge ? { isTooLarge } : {}),
  });
}

/** Null where there is no file, undefined where it is too large. */
async function textOf(
  texts: Texts,
  mode: string,
  object: string,
): Promise<Result<string | null | undefined>> {
  if (mode === absentMode) return ok(null);
  return hasText(mode) ? texts.textOf(object) : ok('');
}
