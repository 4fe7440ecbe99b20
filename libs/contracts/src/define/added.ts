import type { z } from 'zod';

/** Marks a member in the JSON Schema, where the contract tests find it. */
export const addedKey = 'x-added';

/**
 * An optional member that was added to a published message. It changes no version: older readers ignore it, and older
 * senders omit it, so its absence must keep its former meaning. Every other change is a new version.
 */
export const added = <Schema extends z.ZodType>(schema: Schema): z.ZodOptional<Schema> =>
  schema.optional().meta({ [addedKey]: true });
