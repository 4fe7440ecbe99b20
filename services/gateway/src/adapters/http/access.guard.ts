import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { accessOf } from '@ymera/http';
import { assertNever, failure, FailureException, type Failure } from '@ymera/kernel';
import { counter } from '@ymera/observability';
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../../application/authenticate';
import { admit, anonymous, type Caller, needOf } from '../../domain/caller';
import { rememberCaller } from './caller-of';
import type { RequestLimits } from './request-limits';

const missing = failure('unauthenticated', 'credential_missing', 'This route requires a credential.', {
  suggestion: 'Send "Authorization: Bearer <token>".',
});

/** Typed, so that an agent can tell a sanction from an invalid credential and knows when to retry. */
function denialOf(caller: Caller): Failure {
  const { status = 'frozen', retry_after_s = null } = (caller.kind === 'principal' && caller.denied) || {};
  return failure('forbidden', `principal_${status}`, `This principal is ${status}.`, {
    suggestion: 'GET /api/v1/me/status tells the reason and when to retry.',
    // A person may lift the sanction, so a later retry makes sense.
    retryable: status !== 'retired',
    ...(retry_after_s === null ? {} : { details: { retry_after_s } }),
  });
}

/** Checks access before every handler. A handler that declares no access admits no caller. */
export class AccessGuard implements CanActivate {
  readonly #refusals = counter({
    name: 'ymera_gateway_refusals_total',
    help: 'Requests refused before they reached a handler, by code.',
    labels: ['code'],
  });

  constructor(
    private readonly authenticate: Pick<Authenticate, 'execute'>,
    private readonly limits: RequestLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const declared = accessOf(context.getHandler());
    if (admit(declared, anonymous) === 'admitted') return true;
    try {
      await this.#check(request, declared);
      return true;
    } catch (error) {
      if (error instanceof FailureException) this.#refusals.inc({ code: error.failure.code });
      throw error;
    }
  }

  async #check(request: FastifyRequest, declared: ReturnType<typeof accessOf>): Promise<void> {
    const address = request.ip;
    const authenticated = await this.authenticate.execute(request.headers.authorization, () =>
      this.limits.mayTryCredential(address),
    );
    if (!authenticated.ok) {
      if (authenticated.error.kind === 'unauthenticated') await this.limits.countRefusedCredential(address);
      throw new FailureException(authenticated.error);
    }
    const caller = authenticated.value;
    const admission = admit(declared, caller);
    switch (admission) {
      case 'admitted':
        break;
      case 'unauthenticated':
        throw new FailureException(missing);
      case 'forbidden':
        throw new FailureException(failure('forbidden', 'not_allowed', needOf(declared, caller)));
      case 'denied':
        throw new FailureException(denialOf(caller));
      default:
        assertNever(admission);
    }
    await this.limits.countRequest(caller, address);
    rememberCaller(request, caller);
  }
}
