import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { importConfigFile, pushConfigFile } from './git-environment';

/** The folders below the data directory, all on one file system: publishing is a rename. */
export interface RepositoryLayout {
  readonly incoming: string;
  readonly artefacts: string;
  /** git's configuration while it copies a source. */
  readonly importConfig: string;
  /** git's configuration for a push, and that of the `receive-pack` of an upstream at a path. */
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
