import { digestOf, ok, repeatOf, type Result } from '@ymera/kernel';
import type { Request } from '../domain/request';
import type { CoordinatorUnitOfWork, IdempotencyKey, RequestStore } from './ports';

/** `asked` is everything that makes the request what it is. */
export const idempotencyOf = (key: string | undefined, asked: unknown): IdempotencyKey | undefined =>
  key === undefined ? undefined : { key, requestDigest: digestOf(asked) };

/** The answer of the request that was sent with this key before; undefined when there is none. */
export async function earlierRequest(
  unitOfWork: CoordinatorUnitOfWork,
  requestedBy: string,
  idempotency: IdempotencyKey | undefined,
): Promise<Result<Request> | undefined> {
  if (idempotency === undefined) return undefined;
  const earlier = await unitOfWork.run((tx) =>
    tx.requests.findByIdempotencyKey(requestedBy, idempotency.key),
  );
  return earlier && repeatOf(earlier.request, earlier.requestDigest, idempotency.requestDigest);
}

/** Of two requests with one key at the same time the first that is stored answers both; only it is published. */
export async function insertOnce(
  requests: RequestStore,
  request: Request,
  idempotency: IdempotencyKey | undefined,
  publish: () => Promise<void>,
): Promise<Result<Request>> {
  const earlier = await requests.insert(request, idempotency);
  if (earlier && idempotency)
    return repeatOf(earlier.request, earlier.requestDigest, idempotency.requestDigest);
  await publish();
  return ok(request);
}
