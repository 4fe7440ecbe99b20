import type { QueryContract, RouteContract } from '@ymera/contracts';
import { parseInput } from '@ymera/http';
import { err, failure, FailureException, ok, type Result } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IdempotencyGuard } from '../../application/idempotency-guard';
import type { Binding, RouteCall } from './bindings';
import { actorOf, callerOf } from './caller-of';

/** The part of the messaging library's query client that the gateway uses. */
export interface Questions {
  ask(
    contract: QueryContract,
    payload: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<Result<unknown>>;
}

/** Time to store the answer, in addition to the query's own timeout. */
const graceMs = 5000;

const keyFormat = /^[\x21-\x7e]{1,200}$/;

function idempotencyKeyOf(request: FastifyRequest, route: RouteContract): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || !route.idempotent) return undefined;
  if (typeof key === 'string' && keyFormat.test(key)) return key;
  throw new FailureException(
    failure(
      'validation',
      'idempotency_key_invalid',
      'Invalid Idempotency-Key. Use 1 to 200 visible ASCII characters.',
    ),
  );
}

/** Turns an admitted HTTP request into a service's answer. */
export class RouteHandler {
  constructor(
    private readonly questions: Questions,
    private readonly once: IdempotencyGuard,
  ) {}

  async execute(binding: Binding, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { route } = binding;
    const caller = callerOf(request);
    const input = parseInput(route, request);
    const call = (idempotencyKey: string | undefined): RouteCall => ({
      ...input,
      caller,
      // Read only by bindings of routes that admit people only.
      get actor() {
        return actorOf(caller);
      },
      idempotencyKey,
    });

    const key = idempotencyKeyOf(request, route);
    if (key === undefined) return valueOf(await this.#ask(binding, call(undefined)));

    const answered = await this.once.execute(
      {
        secret: request.headers.authorization ?? '',
        operation: route.operation,
        key,
        input,
        leaseMs: binding.timeoutMs + graceMs,
      },
      (downstreamKey) => this.#ask(binding, call(downstreamKey)),
    );
    const { answer, isReplayed } = valueOf(answered);
    if (isReplayed) void reply.header('idempotency-replayed', 'true');
    return answer;
  }

  async #ask({ route, query, payload, timeoutMs }: Binding, call: RouteCall): Promise<Result<unknown>> {
    const reply = await this.questions.ask(query, payload(call), { timeoutMs });
    if (!reply.ok) return reply;
    // Members that the route does not declare are not sent to the client.
    const answer = route.response.safeParse(reply.value);
    return answer.success
      ? ok(answer.data)
      : err(
          failure('internal', 'internal', 'An unexpected error occurred.', { details: { query: query.key } }),
        );
  }
}

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FailureException(result.error);
}
