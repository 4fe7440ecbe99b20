import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { intent } from '@ymera/contracts';
import { z } from 'zod';

const caseFile = z.object({
  project: z.string().regex(/^[\w.-]+$/),
  intent,
  request: z.string().min(1),
  honest: z.boolean(),
  kind: z.string().min(1),
  commands: z.object({ test: z.string().min(1), bench: z.string().min(1).optional() }),
});

/** One change of a corpus. Its expected result, kind and name are never passed to an agent. */
export interface CorpusCase extends z.output<typeof caseFile> {
  readonly id: string;
  readonly projectFolder: string;
  readonly patchFile: string;
}

export interface Corpus {
  readonly cases: readonly CorpusCase[];
  /** Cases that cannot be read, with the reason. */
  readonly unreadable: readonly { readonly id: string; readonly error: string }[];
}

/** A folder of projects and changes: `projects/<project>/...`, `cases/<id>/case.json`, `cases/<id>/change.patch`. */
export function readCorpus(folder: string): Corpus {
  const cases: CorpusCase[] = [];
  const unreadable: { id: string; error: string }[] = [];
  const root = join(folder, 'cases');
  if (!existsSync(root)) return { cases, unreadable: [{ id: '', error: `${root} does not exist` }] };
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: id } of folders.toSorted((one, other) => one.name.localeCompare(other.name))) {
    try {
      const read = caseFile.parse(JSON.parse(readFileSync(join(root, id, 'case.json'), 'utf8')));
      const projectFolder = join(folder, 'projects', read.project);
      const patchFile = join(root, id, 'change.patch');
      const missing = [projectFolder, patchFile].find((path) => !existsSync(path));
      if (missing === undefined) cases.push({ ...read, id, projectFolder, patchFile });
      else unreadable.push({ id, error: `${missing} does not exist` });
    } catch (error) {
      unreadable.push({ id, error: error instanceof z.ZodError ? z.prettifyError(error) : String(error) });
    }
  }
  return { cases, unreadable };
}
