import { sleep, uuidv7 } from '@ymera/kernel';
import type { RunningPlatform } from '../../../../deploy/local/platform/client.cjs';

type Operator = 'admin' | 'requester' | 'approver' | 'viewer';

export interface Answer {
  readonly status: number;
  // The route's contract defines the answer's shape.
  readonly body: Record<string, any>;
}

export interface Call {
  readonly as: Operator;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
}

const oneTryMs = 15_000;
const pauseMs = 250;

/** Transient conditions that a client retries: no connection, overload, the first request still in progress. */
const isPassing = ({ status, body }: Answer): boolean =>
  status >= 500 || status === 429 || body['code'] === 'request_in_flight';

/** A gateway client that does not give up: repeats a call with the same idempotency key until there is an answer. */
export class ApiClient {
  private readonly closing = new AbortController();

  constructor(
    private readonly platform: RunningPlatform,
    private readonly retryForMs = 120_000,
  ) {}

  /** Stops all pending calls. */
  close(): void {
    this.closing.abort();
  }

  async insist(call: Call): Promise<Answer> {
    const { signal } = this.closing;
    const deadline = Date.now() + this.retryForMs;
    let problem = '';
    while (Date.now() < deadline && !signal.aborted) {
      try {
        const answer = await this.once(call);
        if (!isPassing(answer)) return answer;
        problem = `${answer.status} ${String(answer.body['code'])}`;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      await sleep(pauseMs, signal);
    }
    throw new Error(`${call.method} ${call.path}: no answer within ${this.retryForMs} ms (${problem})`);
  }

  async once({ as, method, path, body, key }: Call): Promise<Answer> {
    const response = await fetch(new URL(path, this.platform.urls['gateway']), {
      method,
      headers: {
        authorization: `Bearer ${this.platform.tokens[as]}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(oneTryMs), this.closing.signal]),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  async registerProject(projectId: string, source: string): Promise<void> {
    const answer = await this.insist({
      as: 'admin',
      method: 'POST',
      path: '/api/v1/projects',
      body: { project_id: projectId, source },
      key: uuidv7(),
    });
    if (answer.status !== 201) throw new Error(`project ${projectId}: ${JSON.stringify(answer.body)}`);
  }

  /** A token for one principal. */
  async enrolment(): Promise<string> {
    const call = {
      as: 'admin',
      method: 'POST',
      path: '/api/v1/enrolments',
      body: { kind: 'principal' },
    } as const;
    const { body } = await this.insist(call);
    return String(body['enrolment_token']);
  }
}
