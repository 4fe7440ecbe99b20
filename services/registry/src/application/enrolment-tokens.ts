import { agentQueue, principalEnrolled, type principalCredential } from '@ymera/contracts';
import { FailureException, type Clock } from '@ymera/kernel';
import type { z } from 'zod';
import { enrolmentInvalid, isSpendable, type Enrolment, type EnrolmentKind } from '../domain/enrolment';
import { newPrincipal, type Principal } from '../domain/principal';
import { parseToken } from '../domain/secret-token';
import { refuse } from './refusal';
import type { RegistryTransaction, SecretVault } from './ports';

export interface EnrolmentSettings {
  readonly partitions: number;
  readonly credentialValidMs: number;
  /** Connection details of the broker for principals. */
  readonly broker: { readonly url: string; readonly vhost: string };
}

/** The two steps that every way in has in common: spend a token, make a principal with a credential. */
export class EnrolmentTokens {
  constructor(
    private readonly vault: SecretVault,
    private readonly clock: Clock,
    private readonly settings: EnrolmentSettings,
  ) {}

  /** The token's row, once its secret was right; whether it can still be spent is not said. */
  async recognise(tx: RegistryTransaction, token: string): Promise<Enrolment> {
    const shown = parseToken('yme', token);
    const enrolment = shown && (await tx.enrolments.find(shown.keyId));
    if (!shown || !enrolment || !this.vault.matches(shown, enrolment))
      throw new FailureException(enrolmentInvalid);
    return enrolment;
  }

  async spend(
    tx: RegistryTransaction,
    enrolment: Enrolment,
    kind: EnrolmentKind,
    spentBy: string,
  ): Promise<void> {
    const now = this.clock.now();
    const isSpent =
      isSpendable(enrolment, kind, now) && (await tx.enrolments.spend(enrolment.keyId, spentBy, now));
    if (!isSpent) throw new FailureException(enrolmentInvalid);
  }

  /** The credential in the answer is stored nowhere else. */
  async enrol(
    tx: RegistryTransaction,
    wanted: { readonly principalId: string; readonly servesOneAgent: boolean; readonly enrolledBy: string },
  ): Promise<{ principal: Principal; answer: z.output<typeof principalCredential> }> {
    const now = this.clock.now();
    const principal = newPrincipal({ ...wanted, partitions: this.settings.partitions, now });
    if (!(await tx.principals.add(principal)))
      refuse('conflict', 'principal_exists', `The principal ${principal.principalId} exists already.`, {
        suggestion: 'Choose another name.',
      });
    const { token, stored } = this.vault.issue('ymk');
    const expiresAt = new Date(now.getTime() + this.settings.credentialValidMs);
    await tx.credentials.add({
      ...stored,
      principalId: principal.principalId,
      createdAt: now,
      expiresAt,
      revokedAt: null,
    });
    await tx.outbox.event(principalEnrolled, {
      aggregateId: principal.principalId,
      aggregateVersion: principal.version,
      payload: {
        principal_id: principal.principalId,
        partition: principal.partition,
        enrolled_by: principal.enrolledBy,
      },
    });
    const answer = {
      principal_id: principal.principalId,
      credential: token,
      expires_at: expiresAt.toISOString(),
      broker: { ...this.settings.broker, queue: agentQueue(principal.principalId) },
    };
    return { principal, answer };
  }
}
