import { z } from 'zod';

/** Agents and principals: letters, digits, `_`, `-`; 3 to 255 characters; not beginning with `_`. */
export const agentId = z
  .string()
  .regex(
    /^[A-Za-z0-9-][A-Za-z0-9_-]{2,254}$/,
    'must be 3-255 letters, digits, "_" or "-", not beginning with "_"',
  )
  .meta({ description: 'Agent id' });

/** A principal is an AMQP user. Names that begin with `svc-` belong to services and are refused. */
export const principalId = agentId.refine((id) => !id.startsWith('svc-'), 'must not begin with "svc-"');

/**
 * The user name of an authentication probe, which must be refused. It begins with `_`, so no principal can have this
 * name.
 */
export const canaryName = z.string().regex(/^_canary-[0-9a-f]{32}$/);

export const uuid = z.uuid();
export const timestamp = z.iso.datetime({ offset: true });
export const gitObjectId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A project's short name, unique, usable in a path. */
export const projectId = z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/);

/** The person (or machine account) behind an HTTP call, as the gateway authenticated it. */
export const actor = z.object({ name: z.string().min(1).max(100), roles: z.array(z.string()).max(8) });
export type Actor = z.output<typeof actor>;

/** Opaque; a client returns it unchanged. */
export const cursor = z.string().max(200);
/** The same, with room for the longest agent id. */
export const agentCursor = z.string().max(500);
export const pageSize = z.coerce.number().int().min(1).max(200).default(50);
