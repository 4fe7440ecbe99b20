import { failure, FailureException } from '@ymera/kernel';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../../domain/caller';

export interface RequestLimitOptions {
  /** Requests of one caller on one instance; 0 means no limit. */
  readonly requestsPerSecond: number;
  /** Refused credentials per address and minute, after which unknown credentials of the address are refused without a check. */
  readonly refusedCredentialsPerMinute: number;
}

function subjectOf(caller: Caller, address: string): string {
  switch (caller.kind) {
    case 'operator':
      return `operator ${caller.name}`;
    case 'principal':
      return `principal ${caller.principalId}`;
    default:
      return `address ${address}`;
  }
}

/** Counts in this process, per account or address; a counter is dropped when its second or minute is over. */
export class RequestLimits {
  readonly #requests: RateLimiterMemory | undefined;
  readonly #refused: RateLimiterMemory;

  constructor({ requestsPerSecond, refusedCredentialsPerMinute }: RequestLimitOptions) {
    if (requestsPerSecond > 0)
      this.#requests = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
    this.#refused = new RateLimiterMemory({ points: refusedCredentialsPerMinute, duration: 60 });
  }

  async countRequest(caller: Caller, address: string): Promise<void> {
    try {
      await this.#requests?.consume(subjectOf(caller, address));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new FailureException(
        failure('rate_limited', 'too_many_requests', 'Too many requests from this caller.', {
          details: { retry_after_s: refusal.msBeforeNext / 1000 },
        }),
      );
    }
  }

  async mayTryCredential(address: string): Promise<boolean> {
    const counted = await this.#refused.get(address);
    return counted === null || counted.remainingPoints > 0;
  }

  async countRefusedCredential(address: string): Promise<void> {
    await this.#refused.penalty(address);
  }
}
