import { problem, type RouteContract } from '@ymera/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error';

type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

interface CallInput<R extends RouteContract> {
  readonly params?: Given<R['params']>;
  readonly query?: Given<R['query']>;
  readonly body?: Given<R['body']>;
  /** Makes a repeated call safe where the route says so. */
  readonly idempotencyKey?: string;
}

/** What may stand in a path or a query. */
type UrlValues = Readonly<Record<string, string | number | boolean | undefined>>;

const timeoutMs = 30_000;

/** The gateway as one person sees it, typed by the route contracts. Refusals are thrown as `CliError`. */
export class ApiClient {
  constructor(
    readonly baseUrl: string,
    private readonly token: string,
  ) {}

  async call<R extends RouteContract>(route: R, input: CallInput<R> = {}): Promise<z.output<R['response']>> {
    const response = await this.send(route, input);
    const text = await response.text();
    const parsed = parseJson(text);
    if (!response.ok) throw refusal(response.status, parsed);
    const value = route.response.safeParse(parsed);
    if (!value.success)
      throw new CliError(
        'answer_invalid',
        `${route.operation}: the gateway’s answer has not the promised shape.`,
      );
    return value.data as z.output<R['response']>;
  }

  /** The open response of a streaming route. */
  async stream<R extends RouteContract>(
    route: R,
    input: CallInput<R>,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    const response = await fetch(this.urlOf(route, input), {
      headers: { ...headers, authorization: `Bearer ${this.token}`, accept: 'text/event-stream' },
      signal,
    });
    if (!response.ok) throw refusal(response.status, parseJson(await response.text()));
    return response;
  }

  private async send<R extends RouteContract>(route: R, input: CallInput<R>): Promise<Response> {
    try {
      return await fetch(this.urlOf(route, input), {
        method: route.method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(input.idempotencyKey === undefined ? {} : { 'idempotency-key': input.idempotencyKey }),
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CliError(
        'gateway_unreachable',
        `The gateway at ${this.baseUrl} did not answer (${reason}).`,
        1,
        'Start it with npm start.',
      );
    }
  }

  private urlOf(route: RouteContract, input: { params?: unknown; query?: unknown }): URL {
    const params = (input.params ?? {}) as UrlValues;
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(params[name])),
    );
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries((input.query ?? {}) as UrlValues))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return url;
  }
}

function refusal(status: number, body: unknown): CliError {
  const told = problem.safeParse(body);
  if (!told.success) return new CliError(`http_${status}`, `The gateway answered ${status}.`);
  const where = told.data.errors?.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new CliError(
    told.data.code,
    where ? `${told.data.detail} (${where})` : told.data.detail,
    1,
    told.data.suggestion,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
