import { authenticatePrincipal, principalId as principalIdSchema, principalStatus } from '@ymera/contracts';
import { err, failure, FailureException, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import { LRUCache } from 'lru-cache';
import type { PrincipalAuthenticator, PrincipalCredential } from '../../application/ports';

type Answer = Result<{ readonly principalId: string }>;

const maxRemembered = 10_000;
const maxCredentialLength = 300;

/**
 * Queries the registry and caches its answer for a short time: one clone makes several requests, and a wrong credential in
 * a retry loop must not load the registry. A failure of the registry is never cached and never a refusal.
 */
export class RegistryPrincipals implements PrincipalAuthenticator {
  private readonly answers: LRUCache<string, Answer, PrincipalCredential>;

  constructor(
    private readonly queries: Pick<QueryClient, 'ask'>,
    clock: Clock,
    rememberMs: number,
  ) {
    this.answers = new LRUCache({
      max: maxRemembered,
      ttl: rememberMs,
      ttlResolution: 0,
      perf: { now: () => clock.now().getTime() },
      // Who has asked gets the answer, also when newer credentials have taken its place in the cache.
      ignoreFetchAbort: true,
      fetchMethod: (_key, _stale, { context }) => this.ask(context),
    });
  }

  async authenticate(shown: PrincipalCredential): Promise<Answer> {
    const key = sha256Hex(JSON.stringify([shown.principalId, shown.credential]));
    try {
      return await this.answers.forceFetch(key, { context: shown });
    } catch (error) {
      if (error instanceof FailureException) return err(error.failure);
      throw error;
    }
  }

  /** What is thrown is not remembered. */
  private async ask(shown: PrincipalCredential): Promise<Answer> {
    const answer = await this.judge(shown);
    if (!answer.ok && answer.error.retryable) throw new FailureException(answer.error);
    return answer;
  }

  private async judge({ principalId, credential }: PrincipalCredential): Promise<Answer> {
    const isPossible =
      credential.length <= maxCredentialLength &&
      (principalId === undefined || principalIdSchema.safeParse(principalId).success);
    if (!isPossible) return err(invalid);
    const known = await this.queries.ask(authenticatePrincipal, {
      credential,
      ...(principalId === undefined ? {} : { principal_id: principalId }),
    });
    if (!known.ok) return known;
    const { principal_id } = known.value;
    const standing = await this.queries.ask(principalStatus, { principal_id });
    if (!standing.ok) return standing;
    const { status } = standing.value;
    if (status === 'active') return ok({ principalId: principal_id });
    return err(
      failure('forbidden', 'principal_refused', `The principal is ${status}.`, {
        suggestion: 'Ask GET /api/v1/me/status at the gateway.',
      }),
    );
  }
}

const invalid = failure('unauthenticated', 'credential_invalid', 'The credential is not valid.');
