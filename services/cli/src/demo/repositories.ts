import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git';

const kept = 5;
const samplePrefix = 'sample-';
/** Longer than any demo takes: an older folder was left by a killed one. */
const leftoverAfterMs = 86_400_000;

/** The sample project as a repository with one commit, in a folder of this demo, which the caller removes. */
export async function sampleRepository(sample: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const path = await mkdtemp(join(folder, samplePrefix));
  try {
    await cp(sample, path, { recursive: true });
    const author = ['-c', 'user.name=YMERA', '-c', 'user.email=sample@ymera.invalid'];
    await git(path, 'init', '--quiet', '--initial-branch=main');
    await git(path, 'add', '--all');
    await git(path, ...author, 'commit', '--quiet', '--message', 'The sample project');
    return path;
  } catch (error) {
    await removeFolder(path);
    throw error;
  }
}

export const removeFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

async function removeLeftovers(folder: string): Promise<void> {
  const samples = await newestFirst(folder, (name) => name.startsWith(samplePrefix));
  for (const { path, changedAt } of samples)
    if (Date.now() - changedAt > leftoverAfterMs) await removeFolder(path);
}

/** A bare clone of the landed commit for the person. The last five are kept. */
export async function keepClone(landed: string, folder: string, requestId: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${requestId}.git`);
  await git(folder, 'clone', '--quiet', '--bare', '--no-hardlinks', landed, path);
  const clones = await newestFirst(folder, (name) => name.endsWith('.git'));
  for (const clone of clones.slice(kept)) await removeFolder(clone.path);
  return path;
}

interface Dated {
  readonly path: string;
  readonly changedAt: number;
}

/** Ignores folders that another demo removes at the same time. */
async function newestFirst(folder: string, isMeant: (name: string) => boolean): Promise<Dated[]> {
  const paths = (await readdir(folder)).filter(isMeant).map((name) => join(folder, name));
  const dated = await Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return found ? [{ path, changedAt: found.mtimeMs }] : [];
    }),
  );
  return dated.flat().sort((a, b) => b.changedAt - a.changedAt);
}
