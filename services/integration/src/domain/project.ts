import type { PerformancePolicy } from './project-commands/detect-project-commands';
import type { ProjectCommands } from './project-commands/repository-files';

/** A git project that the platform keeps a bare repository of. Its head is what git says, never a column. */
export interface Project {
  readonly projectId: string;
  readonly name: string;
  /** Where it was copied from, as the person wrote it. */
  readonly source: string;
  readonly defaultBranch: string;
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
  readonly registeredBy: string;
  /** The caller's key and the digest of what was asked: the same again is the same answer. */
  readonly idempotencyKey: string | undefined;
  readonly requestDigest: string;
  readonly createdAt: Date;
}
