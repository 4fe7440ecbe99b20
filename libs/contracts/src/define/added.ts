import type { z } from 'zod';

/** Marks a member in the JSON Schema, where the contract tests find it. */
export const addedKey = 'x-added';

/**
 * An optional member that a published message gained. It changes no version: readers of before ignore it, and senders of
 * before leave it out, so its absence must always mean what it meant before. Everything else is a new version.
 */
export const added = <Schema extends z.ZodType>(schema: Schema): z.ZodOptional<Schema> =>
  schema.optional().meta({ [addedKey]: true });
