import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { importConfigFile, pushConfigFile } from './git-environment';

/** Where things lie below the data directory. All of it is one file system: publishing is a rename. */
export interface RepositoryLayout {
  readonly incoming: string;
  readonly artefacts: string;
  /** What git reads while it copies a source. */
  readonly importConfig: string;
  /** What git reads while it pushes, and the `receive-pack` of an upstream at a path with it. */
  readonly pushConfig: string;
  readonly repository: (projectId: string) => string;
}

export function prepareLayout(dataDir: string): RepositoryLayout {
  const projects = join(dataDir, 'projects');
  const incoming = join(dataDir, 'incoming');
  const artefacts = join(dataDir, 'artefacts', 'sha256');
  for (const folder of [projects, incoming, artefacts]) mkdirSync(folder, { recursive: true });
  return {
    incoming,
    artefacts,
    importConfig: importConfigFile(dataDir),
    pushConfig: pushConfigFile(dataDir),
    repository: (projectId) => join(projects, `${projectId}.git`),
  };
}
