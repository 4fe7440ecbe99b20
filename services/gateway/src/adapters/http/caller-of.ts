import type { Actor } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';
import type { FastifyRequest } from 'fastify';
import { anonymous, type Caller } from '../../domain/caller';

const callers = new WeakMap<object, Caller>();

/** Set once, by the guard. */
export const rememberCaller = (request: FastifyRequest, caller: Caller): void => {
  callers.set(request.raw, caller);
};

export const callerOf = (request: FastifyRequest): Caller => callers.get(request.raw) ?? anonymous;

/** The person behind a request; other callers have no name to act under. */
export function actorOf(caller: Caller): Actor {
  if (caller.kind === 'operator') return { name: caller.name, roles: [...caller.roles] };
  throw new FailureException(failure('forbidden', 'operator_required', 'Requires an operator token.'));
}
