import type { PerformancePolicy } from './project-commands/detect-project-commands';
import type { ProjectCommands } from './project-commands/repository-files';
import type { SettingOverrides } from './project-settings';
import type { Upstream } from './upstream';

/** A git project that the platform keeps a bare repository of. Its head is what git says, never a column. */
export interface Project {
  readonly projectId: string;
  readonly name: string;
  /** Where it was copied from, as the person wrote it. */
  readonly source: string;
  readonly defaultBranch: string;
  /** In force: what people have set, and what is detected where they have not. */
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
  /** What people have set; undefined for a project that was recorded before this was kept apart. */
  readonly overrides: SettingOverrides | undefined;
  /** The commit that the rest was detected from. */
  readonly detectedAt: string | undefined;
  readonly upstream: Upstream;
  /** Rises with every update; 1 is the registration. */
  readonly version: number;
  readonly registeredBy: string;
  /** The caller's key and the digest of what was asked: the same again is the same answer. */
  readonly idempotencyKey: string | undefined;
  readonly requestDigest: string;
  readonly createdAt: Date;
}
