import { z } from 'zod';

const mebibyte = 1024 * 1024;

/**
 * Limits on one proposed change. The agent-runner checks them before it proposes, the integration service for every
 * change: an installation sets the same values for both. The table is in services/integration/README.md.
 */
export const changeLimitsEnvironment = z.object({
  /** Changed, added and removed files. */
  YMERA_CHANGE_MAX_FILES: z.coerce.number().int().min(1).max(100_000).default(1000),
  /** Sum of the sizes of the added and modified files. */
  YMERA_CHANGE_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1024 * mebibyte)
    .default(32 * mebibyte),
  /** Size of the patch. A large patch is uploaded as an artefact, which holds at most the default. */
  YMERA_CHANGE_MAX_PATCH_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64 * mebibyte)
    .default(64 * mebibyte),
});

export interface ChangeLimits {
  readonly maxFiles: number;
  /** Sum of the sizes of added and modified files, in bytes. */
  readonly maxBytes: number;
  readonly maxPatchBytes: number;
}

/** The variable that sets a limit, for messages. */
export const changeLimitVariables = {
  maxFiles: 'YMERA_CHANGE_MAX_FILES',
  maxBytes: 'YMERA_CHANGE_MAX_BYTES',
  maxPatchBytes: 'YMERA_CHANGE_MAX_PATCH_BYTES',
} as const satisfies Record<keyof ChangeLimits, string>;

export const changeLimitsOf = (config: z.output<typeof changeLimitsEnvironment>): ChangeLimits => ({
  maxFiles: config.YMERA_CHANGE_MAX_FILES,
  maxBytes: config.YMERA_CHANGE_MAX_BYTES,
  maxPatchBytes: config.YMERA_CHANGE_MAX_PATCH_BYTES,
});
