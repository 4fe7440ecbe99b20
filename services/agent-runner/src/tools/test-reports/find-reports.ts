import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { junitReport } from './junit-xml';
import type { ToolReport } from './report';

/** The report folders of Surefire, Failsafe and Gradle, in a project of one or several modules. */
const reportFolders = /(?:^|\/)(?:target\/(?:surefire|failsafe)-reports|build\/test-results\/[\w.-]+)$/;
const leftOut = new Set(['node_modules', '.git', '.gradle', 'classes', '.venv', 'venv']);
const maxDepth = 6;
const maxFolders = 2_000;
const maxFiles = 300;
const maxFileBytes = 2_097_152;

/** Reports that a run of the tests has written to a working copy since its start; earlier ones are ignored. */
export async function freshReports(copy: string, since: number): Promise<readonly ToolReport[]> {
  const folders = await foldersOf(copy);
  const reports: ToolReport[] = [];
  let read = 0;
  for (const folder of folders) {
    for (const name of await namesOf(join(copy, folder))) {
      if (read >= maxFiles) return reports;
      read += 1;
      const text = await freshText(join(copy, folder, name), since);
      const report = text === undefined ? undefined : junitReport(text);
      if (report) reports.push(report);
    }
  }
  return reports;
}

async function foldersOf(copy: string): Promise<readonly string[]> {
  const found: string[] = [];
  let seen = 0;
  let level = [''];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      if ((seen += 1) > maxFolders) return found;
      if (reportFolders.test(folder)) found.push(folder);
      // A link that the tests created is not followed, whatever its target.
      const entries = await readdir(join(copy, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries)
        if (entry.isDirectory() && !leftOut.has(entry.name))
          next.push(folder === '' ? entry.name : `${folder}/${entry.name}`);
    }
    level = next;
  }
  return found;
}

async function namesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith('.xml')).map(({ name }) => name);
}

async function freshText(path: string, since: number): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return undefined;
  try {
    const about = await file.stat();
    const isTaken = about.isFile() && about.size <= maxFileBytes && about.mtimeMs >= since;
    return isTaken ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}
