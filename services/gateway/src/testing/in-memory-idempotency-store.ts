import type { IdempotencyScope, IdempotencyStore } from '../application/ports';
import type { IdempotencyRecord } from '../domain/idempotency';

interface Kept {
  readonly requestDigest: string;
  readonly leaseUntil: Date;
  readonly expiresAt: Date;
  readonly answer?: Buffer;
}

const nameOf = (scope: IdempotencyScope): string =>
  JSON.stringify([scope.caller, scope.operation, scope.key]);

export class InMemoryIdempotencyStore implements IdempotencyStore {
  readonly #kept = new Map<string, Kept>();

  async begin(
    scope: IdempotencyScope,
    requestDigest: string,
    times: { readonly now: Date; readonly leaseUntil: Date; readonly expiresAt: Date },
  ): Promise<IdempotencyRecord | undefined> {
    const kept = this.#kept.get(nameOf(scope));
    if (!kept || kept.expiresAt <= times.now) {
      const { leaseUntil, expiresAt } = times;
      this.#kept.set(nameOf(scope), { requestDigest, leaseUntil, expiresAt });
      return undefined;
    }
    return kept.answer
      ? { state: 'done', requestDigest: kept.requestDigest, answer: kept.answer }
      : { state: 'in_flight', requestDigest: kept.requestDigest, leaseUntil: kept.leaseUntil };
  }

  async takeOver(
    scope: IdempotencyScope,
    { now, leaseUntil }: { readonly now: Date; readonly leaseUntil: Date },
  ): Promise<boolean> {
    const kept = this.#kept.get(nameOf(scope));
    if (!kept || kept.answer || kept.leaseUntil > now) return false;
    this.#kept.set(nameOf(scope), { ...kept, leaseUntil });
    return true;
  }

  async complete(scope: IdempotencyScope, answer: Buffer): Promise<void> {
    const kept = this.#kept.get(nameOf(scope));
    if (kept) this.#kept.set(nameOf(scope), { ...kept, answer });
  }

  async release(scope: IdempotencyScope): Promise<void> {
    if (!this.#kept.get(nameOf(scope))?.answer) this.#kept.delete(nameOf(scope));
  }

  async deleteExpired(now: Date): Promise<number> {
    const expired = [...this.#kept].filter(([, { expiresAt }]) => expiresAt <= now);
    for (const [name] of expired) this.#kept.delete(name);
    return expired.length;
  }
}
