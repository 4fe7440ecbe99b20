import type { enrolPrincipal, PayloadOf, ReplyOf } from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { isUsablePrincipalName } from '../domain/principal';
import type { EnrolmentTokens } from './enrolment-tokens';
import { attempt, refuse } from './refusal';
import type { ProvisionPrincipals } from './provision-principals';
import type { AccessCache, RegistryUnitOfWork } from './ports';

/** Spends an enrolment token for a principal that may host agents. */
export class EnrolPrincipal {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly enrolments: EnrolmentTokens,
    private readonly provisioning: ProvisionPrincipals,
    private readonly cache: AccessCache,
  ) {}

  execute(request: PayloadOf<typeof enrolPrincipal>): Promise<Result<ReplyOf<typeof enrolPrincipal>>> {
    return attempt(async () => {
      if (!isUsablePrincipalName(request.principal_id))
        refuse('validation', 'principal_id_unusable', 'The name is reserved, or too long for the broker.', {
          suggestion: 'Use at most 240 characters, not beginning with "svc-".',
        });
      const { principal, answer } = await this.unitOfWork.run(async (tx) => {
        const enrolment = await this.enrolments.recognise(tx, request.enrolment_token);
        await this.enrolments.spend(tx, enrolment, 'principal', request.principal_id);
        return this.enrolments.enrol(tx, {
          principalId: request.principal_id,
          servesOneAgent: false,
          enrolledBy: `enrolment:${enrolment.keyId}`,
        });
      });
      this.cache.invalidate(principal.principalId);
      await this.provisioning.provision(principal);
      return answer;
    });
  }
}
