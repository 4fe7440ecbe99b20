import { z } from 'zod';
import { added } from '../define/added';
import { errorShape } from './failure';
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

/** `branch`: each landing is pushed to the upstream's branch, before our own branch moves. */
export const pushPolicy = z.enum(['off', 'branch']);
export type PushPolicy = z.output<typeof pushPolicy>;

/**
 * The relation of the project's branch to its upstream's, as of `checked_at`. `behind`: the branch cannot be moved now.
 * `diverged`: both have commits that the other lacks. `not_followed`: there is no branch to follow.
 */
export const upstreamState = z.enum([
  'not_checked',
  'in_step',
  'ahead',
  'behind',
  'diverged',
  'unreachable',
  'not_followed',
]);
export type UpstreamState = z.output<typeof upstreamState>;

export const projectUpstream = z.object({
  source: z.string().max(4096),
  state: upstreamState,
  /** When the upstream last answered. */
  checked_at: timestamp.optional(),
  /** The upstream's branch at that time. */
  head: gitObjectId.optional(),
  /** Commits that the upstream lacks. */
  ahead: z.number().int().min(0).optional(),
  /** Commits that only the upstream has. */
  behind: z.number().int().min(0).optional(),
  push: pushPolicy,
  /** A request is refused rather than planned on an outdated base. */
  require_fresh: z.boolean(),
  /** Why the upstream could not be reached. */
  error: errorShape.optional(),
});
export type ProjectUpstream = z.output<typeof projectUpstream>;

export const projectResource = z.object({
  project_id: projectId,
  name: z.string().max(200),
  /** Path of the integration service's bare repository. */
  repository: z.string(),
  default_branch: z.string().max(255),
  head: gitObjectId,
  commands: projectCommands,
  performance: performancePolicy,
  created_at: timestamp,
  upstream: added(projectUpstream),
});
export type ProjectResource = z.output<typeof projectResource>;
