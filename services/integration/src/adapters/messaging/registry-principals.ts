import { authenticatePrincipal, principalId as principalIdSchema, principalStatus } from '@ymera/contracts';
import { err, failure, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { PrincipalAuthenticator, PrincipalCredential } from '../../application/ports';

type Answer = Result<{ readonly principalId: string }>;

interface Remembered {
  readonly answer: Answer;
  readonly until: number;
}

const maxRemembered = 10_000;
const maxCredentialLength = 300;

/**
 * Asks the registry, and remembers a yes or a no for a short time: one clone makes several requests, and a wrong credential
 * that is tried in a loop is not the registry's load. That the registry is away is never remembered, and never a no.
 */
export class RegistryPrincipals implements PrincipalAuthenticator {
  private readonly remembered = new Map<string, Remembered>();
  private readonly asking = new Map<string, Promise<Answer>>();

  constructor(
    private readonly queries: Pick<QueryClient, 'ask'>,
    private readonly clock: Clock,
    private readonly rememberMs: number,
  ) {}

  async authenticate(shown: PrincipalCredential): Promise<Answer> {
    const key = sha256Hex(JSON.stringify([shown.principalId, shown.credential]));
    const known = this.remembered.get(key);
    if (known && known.until > this.clock.now().getTime()) return known.answer;
    const asking = this.asking.get(key) ?? this.ask(key, shown);
    this.asking.set(key, asking);
    return asking;
  }

  private async ask(key: string, shown: PrincipalCredential): Promise<Answer> {
    try {
      const answer = await this.judge(shown);
      if (answer.ok || !answer.error.retryable) this.remember(key, answer);
      return answer;
    } finally {
      this.asking.delete(key);
    }
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

  /** A map keeps the order of insertion, so its first entry is the oldest. */
  private remember(key: string, answer: Answer): void {
    this.remembered.delete(key);
    this.remembered.set(key, { answer, until: this.clock.now().getTime() + this.rememberMs });
    const oldest = this.remembered.keys().next().value;
    if (this.remembered.size > maxRemembered && oldest !== undefined) this.remembered.delete(oldest);
  }
}

const invalid = failure('unauthenticated', 'credential_invalid', 'The credential is not valid.');
