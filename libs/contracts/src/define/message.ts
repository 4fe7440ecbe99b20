import type { z } from 'zod';

/** Every deployable that owns messages. A service's broker user is `svc-<name>`, its schema is `<name>`. */
export const serviceNames = [
  'gateway',
  'registry',
  'reporting',
  'coordinator',
  'orchestrator',
  'integration',
  'audit',
] as const;

export type ServiceName = (typeof serviceNames)[number];

interface Declaration<Payload extends z.ZodType> {
  /** Dotted, snake_case inside the dots, without version. */
  readonly name: string;
  /** A breaking change is a new version beside the old one; a published version never changes. */
  readonly version: number;
  readonly summary: string;
  readonly payload: Payload;
  /** A payload that parses; documents show it and contract tests keep it valid. */
  readonly sample: z.input<Payload>;
}

/** An event. `owner` publishes it; routing key and CloudEvents type are `key`. */
export interface EventContract<Payload extends z.ZodType = z.ZodType> extends Declaration<Payload> {
  readonly kind: 'event';
  readonly owner: ServiceName;
  readonly key: string;
}

/** An order to exactly one service, the `owner`; at least once, deduplicated by message id. */
export interface CommandContract<Payload extends z.ZodType = z.ZodType> extends Declaration<Payload> {
  readonly kind: 'command';
  readonly owner: ServiceName;
  /** Who may send it; the owner refuses all others (ADR 0020). */
  readonly senders: readonly ServiceName[];
  readonly key: string;
}

/**
 * Request and reply with the `owner`. Transient: a caller without an answer in time repeats it, so a query that changes
 * state carries an idempotency key in its payload.
 */
export interface QueryContract<
  Payload extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> extends Declaration<Payload> {
  readonly kind: 'query';
  readonly owner: ServiceName;
  /** Who may ask; the owner refuses all others (ADR 0020). */
  readonly senders: readonly ServiceName[];
  readonly key: string;
  readonly reply: Reply;
  readonly replySample: z.input<Reply>;
}

export type PayloadOf<C extends { readonly payload: z.ZodType }> = z.output<C['payload']>;
export type ReplyOf<C extends { readonly reply: z.ZodType }> = z.output<C['reply']>;

type Without<T> = Omit<T, 'kind' | 'key'>;

const keyOf = (declaration: { name: string; version: number }): string =>
  `${declaration.name}.v${declaration.version}`;

/** `name` is `<context>.<aggregate>.<event>`, where the context is the owner. */
export function defineEvent<Payload extends z.ZodType>(
  declaration: Without<EventContract<Payload>>,
): EventContract<Payload> {
  return { kind: 'event', key: keyOf(declaration), ...declaration };
}

/** `name` is `<owner>.<imperative>`. */
export function defineCommand<Payload extends z.ZodType>(
  declaration: Without<CommandContract<Payload>>,
): CommandContract<Payload> {
  return { kind: 'command', key: keyOf(declaration), ...declaration };
}

/** `name` is `<owner>.<question or action>`. */
export function defineQuery<Payload extends z.ZodType, Reply extends z.ZodType>(
  declaration: Without<QueryContract<Payload, Reply>>,
): QueryContract<Payload, Reply> {
  return { kind: 'query', key: keyOf(declaration), ...declaration };
}
