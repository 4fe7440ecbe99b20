import {
  type AgentResource,
  problem,
  type PayloadOf,
  principalCredential,
  principalStatus,
  registerAgent,
} from '@ymera/contracts';
import { err, failure, type Failure, ok, type Result } from '@ymera/kernel';
import type { z } from 'zod';
import type { AgentDefinition } from './agent';

export type PrincipalCredential = z.output<typeof principalCredential>;
export type PrincipalStanding = z.output<typeof principalStatus.reply>;

const kindOfStatus: Readonly<Record<number, Failure['kind']>> = {
  400: 'validation',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  422: 'illegal_state',
  429: 'rate_limited',
  503: 'unavailable',
  504: 'timeout',
};

/** The HTTP calls of an agent: enrolling, registering, and querying its status after a refusal. */
export class GatewayClient {
  constructor(
    private readonly baseUrl: string,
    /** Timeout of an answer, from the call to its last byte. */
    private readonly timeoutMs = 10_000,
  ) {}

  /** Spends a single-use enrolment token. The credential in the answer is shown only once: keep it. */
  enrol(enrolmentToken: string, principalId: string): Promise<Result<PrincipalCredential>> {
    return this.call(
      'POST',
      '/api/v1/principals/enrol',
      enrolmentToken,
      { principal_id: principalId },
      principalCredential,
    );
  }

  /** Registering the same agent again under the same principal is not an error: the answer says that it exists. */
  async register(
    credential: string,
    agent: AgentDefinition,
  ): Promise<Result<{ agent: AgentResource } | 'exists'>> {
    const body: Partial<PayloadOf<typeof registerAgent>> = {
      agent_id: agent.agentId,
      agent_type: agent.agentType,
      capabilities: [...agent.capabilities],
      config: { ...agent.config, ...(agent.concurrency && { concurrency: agent.concurrency }) },
    };
    const answer = await this.call('POST', '/api/v1/agents/register', credential, body, registerAgent.reply);
    if (!answer.ok && answer.error.code === 'agent_exists') return ok('exists');
    return answer;
  }

  /** Answers also while the principal is refused everywhere else. */
  standing(credential: string): Promise<Result<PrincipalStanding>> {
    return this.call('GET', '/api/v1/me/status', credential, undefined, principalStatus.reply);
  }

  private async call<T>(
    method: 'GET' | 'POST',
    path: string,
    token: string,
    body: unknown,
    schema: z.ZodType<T>,
  ): Promise<Result<T>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.baseUrl), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      text = await response.text();
    } catch (cause) {
      return err(this.noAnswer(cause));
    }
    const parsed = parseJson(text);
    if (response.ok) {
      const value = schema.safeParse(parsed);
      if (value.success) return ok(value.data);
      return err(
        failure(
          'internal',
          'gateway_answer_invalid',
          'The gateway’s answer does not match its contract. Use an SDK of the platform’s version.',
        ),
      );
    }
    const told = problem.safeParse(parsed);
    const kind = kindOfStatus[response.status] ?? (response.status >= 500 ? 'unavailable' : 'validation');
    if (!told.success)
      return err(failure(kind, `http_${response.status}`, `The gateway answered ${response.status}.`));
    const { code, detail, retryable, suggestion } = told.data;
    return err(
      failure(kind, code, detail, { retryable, ...(suggestion === undefined ? {} : { suggestion }) }),
    );
  }

  /** After a timeout the request may have been executed; a gateway that cannot be reached has not executed it. */
  private noAnswer(cause: unknown): Failure {
    if (isTimeout(cause))
      return failure(
        'timeout',
        'gateway_timeout',
        `The gateway at ${this.baseUrl} did not answer within ${this.timeoutMs / 1000} s.`,
        { suggestion: 'The request may still be executed: check before you repeat it.' },
      );
    return failure(
      'unavailable',
      'gateway_unreachable',
      `The gateway at ${this.baseUrl} cannot be reached (${reasonOf(cause)}).`,
      { suggestion: 'Check the address and that the platform runs.' },
    );
  }
}

/** A timeout signal throws a `DOMException`. */
const isTimeout = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : 'unknown');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
