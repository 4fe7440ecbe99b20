import type { z } from 'zod';

/**
 * `viewer` reads, `operator` submits work, `approver` decides on gates, `admin` manages agents, projects and people.
 */
export const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * The callers of a route. `public` needs no credential, `operator` any of the roles, `principal` an agent's or runner's
 * credential unless a sanction denies all access, `any_principal` even then; `enrolment` is an enrolment token. Deny by
 * default: a caller must match one entry.
 */
export type Access =
  'public' | 'principal' | 'any_principal' | 'enrolment' | { readonly roles: readonly Role[] };

type Shape = z.ZodObject;

export interface RouteContract<
  Params extends Shape | undefined = Shape | undefined,
  Query extends Shape | undefined = Shape | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Response extends z.ZodType = z.ZodType,
> {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** OpenAPI style: `/api/v1/agents/{agent_id}/status`. */
  readonly path: string;
  readonly summary: string;
  /** Guarantees beyond the summary: order, limits, when it ends. */
  readonly description?: string;
  readonly tag: string;
  readonly access: readonly Access[];
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly status: 200 | 201 | 202;
  readonly response: Response;
  /** `text/event-stream` routes stream; everything else is JSON. */
  readonly produces?: 'application/json' | 'text/event-stream';
  /** The `Idempotency-Key` header is accepted: the same key and body give the same answer. */
  readonly idempotent?: boolean;
  /** Failure codes of this route, besides those of every route. */
  readonly errors: readonly string[];
}

export function defineRoute<
  Params extends Shape | undefined,
  Query extends Shape | undefined,
  Body extends z.ZodType | undefined,
  Response extends z.ZodType,
>(route: RouteContract<Params, Query, Body, Response>): RouteContract<Params, Query, Body, Response> {
  return route;
}
