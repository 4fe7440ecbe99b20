import { ok, type Result } from '@ymera/kernel';
import { absentMode, hasText } from '../../workspace/change-entries';
import type { Workspace } from '../../workspace/workspace';
import type { ChangedFile } from './test-integrity';

type Texts = Pick<Workspace, 'changedFiles' | 'textOf'>;

/** Each is a process of its own. */
const readAtOnce = 8;

/**
 * What differs between the base and the commit of a working copy, with both texts. What cannot be read is a failure: taken
 * for empty it would hide what was taken out of it.
 */
export async function changedFiles(after: Texts, base: string): Promise<Result<readonly ChangedFile[]>> {
  const entries = await after.changedFiles(base);
  if (!entries.ok) return entries;
  const files: ChangedFile[] = [];
  for (let first = 0; first < entries.value.length; first += readAtOnce) {
    const some = entries.value.slice(first, first + readAtOnce);
    const texts = await Promise.all(
      some.map(async ({ path, oldMode, newMode, oldObject, newObject }) => ({
        path,
        before: await textOf(after, oldMode, oldObject),
        after: await textOf(after, newMode, newObject),
      })),
    );
    for (const text of texts) {
      if (!text.before.ok) return text.before;
      if (!text.after.ok) return text.after;
      files.push({ path: text.path, before: text.before.value, after: text.after.value });
    }
  }
  return ok(files);
}

async function textOf(texts: Texts, mode: string, object: string): Promise<Result<string | null>> {
  if (mode === absentMode) return ok(null);
  return hasText(mode) ? texts.textOf(object) : ok('');
}
