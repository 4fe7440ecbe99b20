import type { PerformancePolicy } from './project-commands/detect-project-commands';
import type { ProjectCommands } from './project-commands/repository-files';
import type { SettingOverrides } from './project-settings';
import type { Upstream } from './upstream';

/** A git project with a bare repository on the platform. Its head is read from git, never from a column. */
export interface Project {
  readonly projectId: string;
  readonly name: string;
  /** The location it was copied from, as the person wrote it. */
  readonly source: string;
  readonly defaultBranch: string;
  /** In force: overrides, and detected values otherwise. */
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
  /** Overrides; undefined for a project that was recorded before they were stored separately. */
  readonly overrides: SettingOverrides | undefined;
  /** The commit that the other values were detected from. */
  readonly detectedAt: string | undefined;
  readonly upstream: Upstream;
  /** Rises with every update; 1 is the registration. */
  readonly version: number;
  readonly registeredBy: string;
  /** The caller's key and the digest of the request: a repetition gets the same answer. */
  readonly idempotencyKey: string | undefined;
  readonly requestDigest: string;
  readonly createdAt: Date;
}
