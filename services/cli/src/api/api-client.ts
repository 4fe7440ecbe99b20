import { problem, type RouteContract } from '@ymera/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error';

type Given<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

export interface CallInput<R extends RouteContract> {
  readonly params?: Given<R['params']>;
  readonly query?: Given<R['query']>;
  readonly body?: Given<R['body']>;
  /** Makes a repeated call safe on routes that accept it. */
  readonly idempotencyKey?: string;
}

/** Values of a path or a query. */
type UrlValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Timeout of an answer, from the call to its last byte; of a stream to its first byte. */
const defaultTimeoutMs = 30_000;

/** The gateway as one person sees it, typed by the route contracts. Refusals are thrown as `CliError`. */
export class ApiClient {
  constructor(
    readonly baseUrl: string,
    private readonly token: string,
    private readonly timeoutMs = defaultTimeoutMs,
  ) {}

  async call<R extends RouteContract>(route: R, input: CallInput<R> = {}): Promise<z.output<R['response']>> {
    const { response, text } = await this.send(route, input);
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

  /**
   * The open response of a streaming route. Only its beginning has a timeout: entries may come at any time later, but the
   * gateway opens a stream at once.
   */
  async stream<R extends RouteContract>(
    route: R,
    input: CallInput<R>,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    const opening = deadline(this.timeoutMs);
    try {
      const response = await fetch(this.urlOf(route, input), {
        headers: { ...headers, authorization: `Bearer ${this.token}`, accept: 'text/event-stream' },
        signal: AbortSignal.any([signal, opening.signal]),
      });
      if (response.ok) return response;
      throw refusal(response.status, parseJson(await response.text()));
    } catch (error) {
      throw error instanceof CliError ? error : this.noAnswer(error);
    } finally {
      opening.end();
    }
  }

  private async send<R extends RouteContract>(
    route: R,
    input: CallInput<R>,
  ): Promise<{ readonly response: Response; readonly text: string }> {
    try {
      const response = await fetch(this.urlOf(route, input), {
        method: route.method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(input.idempotencyKey === undefined ? {} : { 'idempotency-key': input.idempotencyKey }),
        },
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      return { response, text: await response.text() };
    } catch (error) {
      throw this.noAnswer(error);
    }
  }

  /** A slow gateway is running: starting another one would not help. */
  private noAnswer(error: unknown): CliError {
    if (isTimeout(error))
      return new CliError(
        'gateway_timeout',
        `The gateway at ${this.baseUrl} did not answer within ${this.timeoutMs / 1000} s.`,
        1,
        'The operation may still complete: check before you repeat it.',
        true,
      );
    const reason = error instanceof Error ? error.message : String(error);
    return new CliError(
      'gateway_unreachable',
      `The gateway at ${this.baseUrl} cannot be reached (${reason}).`,
      1,
      'Start it with npm start.',
      true,
    );
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

/** `AbortSignal.timeout` that can be cleared early. */
function deadline(timeoutMs: number): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException('The operation timed out.', 'TimeoutError'));
  }, timeoutMs);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
    },
  };
}

/** A timed-out signal throws a `DOMException`. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';

function refusal(status: number, body: unknown): CliError {
  const told = problem.safeParse(body);
  if (!told.success) return new CliError(`http_${status}`, `The gateway answered ${status}.`);
  // The detail contains the first of them.
  const wrong = told.data.errors?.map(({ path, message }) => `${path}: ${message}`).join('; ');
  const { code, detail, suggestion, retryable } = told.data;
  return new CliError(code, wrong ? `${wrong}.` : detail, 1, suggestion, retryable);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
