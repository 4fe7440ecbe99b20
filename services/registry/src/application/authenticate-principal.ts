import type { authenticatePrincipal, PayloadOf, ReplyOf } from '@ymera/contracts';
import { authenticationFailed } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Failure, type Result } from '@ymera/kernel';
import { LRUCache } from 'lru-cache';
import { brokerAccess } from '../domain/broker-authorisation';
import { retryAfterSeconds } from '../domain/principal';
import { recordFailure, type FailureCount } from '../domain/authentication-throttle';
import { faultOf } from '../domain/credential';
import { parseToken } from '../domain/secret-token';
import type { PrincipalAccess, RegistryMetrics, RegistryUnitOfWork, SecretVault } from './ports';
import type { PrincipalDirectory } from './principal-directory';

/** Keys whose failures are counted; the least recently tried are forgotten. */
const countedKeys = 10_000;

/** All unknown keys share one count, so guesses cost no memory. */
const unknownKey = 'unknown';

interface Judgement {
  readonly access?: PrincipalAccess;
  readonly fault?: string;
  /** The key under which the failure is counted. */
  readonly countedAs: string;
}

/**
 * Returns the principal of a credential. The status of a principal without any access is returned only to callers that
 * ask for any status (the gateway, so that the principal can query its own); other callers get a refusal.
 */
export class AuthenticatePrincipal {
  private readonly counts = new LRUCache<string, FailureCount>({ max: countedKeys });

  constructor(
    private readonly directory: PrincipalDirectory,
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly vault: SecretVault,
    private readonly metrics: RegistryMetrics,
    private readonly clock: Clock,
    private readonly reportIntervalS: number,
  ) {}

  async execute(
    request: PayloadOf<typeof authenticatePrincipal>,
  ): Promise<Result<ReplyOf<typeof authenticatePrincipal>>> {
    const known = await this.recognise(request.credential, request.principal_id);
    if (!known.ok) return known;
    const { principal } = known.value;
    const principal_id = principal.principalId;
    if (brokerAccess(principal) !== 'none') return ok({ principal_id });
    const { status } = principal;
    const denied = { status, retry_after_s: retryAfterSeconds(principal, this.reportIntervalS) };
    if (request.any_standing) return ok({ principal_id, denied });
    return err(
      failure('forbidden', `principal_${status}`, `The principal is ${status}.`, {
        suggestion: 'Query GET /api/v1/me/status at the gateway for the reason and the time of the next try.',
        ...(denied.retry_after_s === null ? {} : { details: { retry_after_s: denied.retry_after_s } }),
      }),
    );
  }

  /** The principal of a credential, for the broker's callback, which then asks for its permissions. */
  async recognise(credential: string, principalId?: string): Promise<Result<PrincipalAccess>> {
    const { access, fault, countedAs } = await this.judge(credential, principalId);
    if (access && fault === undefined) return ok(access);
    return err(await this.refusal(fault ?? 'credential_invalid', countedAs, principalId));
  }

  private async judge(text: string, principalId: string | undefined): Promise<Judgement> {
    const shown = parseToken('ymk', text);
    const access = shown && (await this.directory.byKey(shown.keyId));
    const credential = access?.credentials.find(({ keyId }) => keyId === shown?.keyId);
    if (!shown || !access || !credential) return { countedAs: unknownKey, fault: 'credential_invalid' };
    const countedAs = credential.keyId;
    const isRight = this.vault.matches(shown, credential);
    if (!isRight || (principalId !== undefined && principalId !== credential.principalId))
      return { countedAs, fault: 'credential_invalid' };
    const fault = faultOf(credential, this.clock.now());
    return fault === undefined ? { access, countedAs } : { countedAs, fault };
  }

  private async refusal(code: string, countedAs: string, principalId: string | undefined): Promise<Failure> {
    this.metrics.authenticationFailed(code);
    const decision = recordFailure(this.counts.get(countedAs), this.clock.now());
    this.counts.set(countedAs, decision.count);
    const { failures } = decision.count;
    if (decision.isAnnounced)
      await this.unitOfWork.run((tx) =>
        tx.outbox.event(authenticationFailed, {
          aggregateId: `authentication:${countedAs}`,
          aggregateVersion: failures,
          payload: { principal_id: principalId ?? countedAs, code, failures },
        }),
      );
    const retryAfterS = Math.ceil(decision.retryAfterMs / 1000);
    return retryAfterS > 0
      ? failure('rate_limited', 'authentication_throttled', 'Too many wrong credentials.', {
          suggestion: `Wait ${retryAfterS} s before the next try; the right credential is always accepted.`,
          details: { retry_after_s: retryAfterS },
        })
      : failure('unauthenticated', code, 'The credential is not valid.', {
          suggestion: 'Check the principal and its credential; request a new one when it has expired.',
        });
  }
}
