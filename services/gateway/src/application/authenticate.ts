import { timingSafeEqual } from 'node:crypto';
import { err, failure, ok, sha256Hex, type Failure, type Result } from '@ymera/kernel';
import { LRUCache } from 'lru-cache';
import { anonymous, type Caller } from '../domain/caller';
import { credentialOf } from '../domain/credential';
import type { OperatorStore, PrincipalDirectory } from './ports';

export interface AuthenticationOptions {
  /** How long an accepted credential is cached: the longest time that a revoked one still works here. */
  readonly acceptedMs: number;
  /** How long a refusal is cached. */
  readonly refusedMs: number;
  /** Maximum number of cached credentials of either kind. */
  readonly remembered: number;
}

const invalid = failure(
  'unauthenticated',
  'credential_invalid',
  'The credential is unknown or no longer valid.',
);
const malformed = failure(
  'unauthenticated',
  'credential_malformed',
  'The Authorization header contains no token of this platform.',
  { suggestion: 'Send "Authorization: Bearer <token>".' },
);

/** From an `Authorization` header to a caller. Caches answers for a short time, by digest and never by token. */
export class Authenticate {
  readonly #accepted: LRUCache<string, Caller>;
  readonly #refused: LRUCache<string, Failure>;
  /** Rises with each change of a principal: answers to earlier queries are not cached. */
  #generation = 0;

  constructor(
    private readonly operators: OperatorStore,
    private readonly principals: PrincipalDirectory,
    options: AuthenticationOptions,
  ) {
    this.#accepted = new LRUCache({ max: options.remembered, ttl: options.acceptedMs });
    this.#refused = new LRUCache({ max: options.remembered, ttl: options.refusedMs });
  }

  /**
   * `mayTry` returns false when this sender has used up its failed attempts: then only cached credentials are accepted,
   * so that guessing affects the guesser only.
   */
  async execute(header: string | undefined, mayTry: () => Promise<boolean>): Promise<Result<Caller>> {
    if (header === undefined) return ok(anonymous);
    const credential = credentialOf(header);
    if (!credential) return err(malformed);
    if (credential.kind === 'enrolment') return ok({ kind: 'enrolment', token: credential.token });

    const key = sha256Hex(credential.token);
    const known = this.#accepted.get(key);
    if (known) return ok(known);
    const refused = this.#refused.get(key);
    if (refused) return err(refused);
    if (!(await mayTry()))
      return err(
        failure(
          'rate_limited',
          'too_many_failed_attempts',
          'Too many invalid credentials from this address.',
          {
            details: { retry_after_s: 60 },
          },
        ),
      );

    const generation = this.#generation;
    const checked =
      credential.kind === 'operator' ? await this.#operator(key) : await this.#principal(credential.token);
    if (checked.ok && generation === this.#generation) this.#accepted.set(key, checked.value);
    // Only a real refusal is cached, never a failure of the registry.
    if (!checked.ok && checked.error.kind === 'unauthenticated') this.#refused.set(key, checked.error);
    return checked;
  }

  /** This principal has changed: its next request queries the registry again. */
  forgetPrincipal(principalId: string): void {
    this.#generation += 1;
    for (const [key, caller] of this.#accepted.entries())
      if (caller.kind === 'principal' && caller.principalId === principalId) this.#accepted.delete(key);
  }

  async #operator(tokenSha256: string): Promise<Result<Caller>> {
    const found = await this.operators.findByToken(tokenSha256);
    if (!found || !isSameDigest(found.tokenSha256, tokenSha256)) return err(invalid);
    return ok({ kind: 'operator', name: found.name, roles: found.roles });
  }

  async #principal(token: string): Promise<Result<Caller>> {
    const answer = await this.principals.authenticate(token);
    return answer.ok ? ok({ kind: 'principal', ...answer.value }) : answer;
  }
}

const isSameDigest = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
