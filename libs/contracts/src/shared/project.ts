import { z } from 'zod';
import { added } from '../define/added';
import { gitObjectId, projectId, timestamp } from './ids';

/** Command lines run by `sh -c` in the sandbox, in the root of the working copy. */
export const projectCommands = z.object({
  test: z.string().max(2000).optional(),
  bench: z.string().max(2000).optional(),
  /** Run before the tests, in the same working copy. */
  build: added(z.string().max(2000)),
});
export type ProjectCommands = z.output<typeof projectCommands>;

export const performancePolicy = z.object({
  /** Median before / median after that an ENHANCE change must reach, e.g. 1.5. */
  min_speedup: z.number().min(0).max(1000).optional(),
});

export const projectResource = z.object({
  project_id: projectId,
  name: z.string().max(200),
  /** Path of the bare repository that the integration service keeps. */
  repository: z.string(),
  default_branch: z.string().max(255),
  head: gitObjectId,
  commands: projectCommands,
  performance: performancePolicy,
  created_at: timestamp,
});
export type ProjectResource = z.output<typeof projectResource>;
