import {
  assertNever,
  digestOf,
  err,
  failure,
  idempotencyKeyReused,
  ok,
  sha256Hex,
  sleep,
  type Clock,
  type Result,
} from '@ymera/kernel';
import { decideRepeat } from '../domain/idempotency';
import { decryptResponse, encryptResponse } from './response-cipher';
import type { IdempotencyScope, IdempotencyStore } from './ports';

export interface IdempotencyTimes {
  /** How long an answer is stored. */
  readonly keptMs: number;
  /** How long a repetition waits for the first answer, and how often it polls. */
  readonly waitMs: number;
  readonly pollMs: number;
}

export interface GuardedRequest {
  /** The credential as sent: the scope of the key and the secret that seals the stored answer. */
  readonly secret: string;
  readonly operation: string;
  readonly key: string;
  /** Everything that identifies the request. */
  readonly input: unknown;
  /** The time after which the key counts as abandoned. */
  readonly leaseMs: number;
}

export interface GuardedAnswer {
  readonly answer: unknown;
  readonly isReplayed: boolean;
}

const inFlight = failure(
  'conflict',
  'request_in_flight',
  'The first request with this key is still in progress.',
  {
    retryable: true,
    suggestion: 'Retry in a moment.',
  },
);

/** The same key and the same request give the same answer; only successful answers are stored. */
export class IdempotencyGuard {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly clock: Clock,
    private readonly times: IdempotencyTimes,
  ) {}

  /** `perform` gets a key under which the owning service deduplicates after a crash of this process. */
  async execute(
    request: GuardedRequest,
    perform: (downstreamKey: string) => Promise<Result<unknown>>,
  ): Promise<Result<GuardedAnswer>> {
    const scope: IdempotencyScope = {
      caller: sha256Hex(request.secret),
      operation: request.operation,
      key: request.key,
    };
    const requestDigest = digestOf(request.input);
    const giveUpAt = this.clock.now().getTime() + this.times.waitMs;

    for (;;) {
      const now = this.clock.now();
      const leaseUntil = new Date(now.getTime() + request.leaseMs);
      const expiresAt = new Date(now.getTime() + this.times.keptMs);
      const record = await this.store.begin(scope, requestDigest, { now, leaseUntil, expiresAt });
      if (!record) return this.#perform(scope, request, perform);

      const decision = decideRepeat(record, requestDigest, now);
      switch (decision.kind) {
        case 'reused':
          return err(idempotencyKeyReused);
        case 'replay':
          return ok({ answer: decryptResponse(request.secret, decision.answer), isReplayed: true });
        case 'take_over':
          if (await this.store.takeOver(scope, { now, leaseUntil }))
            return this.#perform(scope, request, perform);
          break;
        case 'wait':
          if (now.getTime() >= giveUpAt) return err(inFlight);
          break;
        default:
          return assertNever(decision);
      }
      await sleep(this.times.pollMs);
    }
  }

  async #perform(
    scope: IdempotencyScope,
    request: GuardedRequest,
    perform: (downstreamKey: string) => Promise<Result<unknown>>,
  ): Promise<Result<GuardedAnswer>> {
    try {
      const result = await perform(digestOf(scope));
      if (!result.ok) {
        await this.store.release(scope);
        return result;
      }
      await this.store.complete(scope, encryptResponse(request.secret, result.value));
      return ok({ answer: result.value, isReplayed: false });
    } catch (error) {
      // When this fails too, the lease expires and the next repetition takes over.
      await this.store.release(scope).catch(() => undefined);
      throw error;
    }
  }
}
