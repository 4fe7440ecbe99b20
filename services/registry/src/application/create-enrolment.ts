import { enrolmentCreated, type createEnrolment, type PayloadOf, type ReplyOf } from '@ymera/contracts';
import type { Clock, Result } from '@ymera/kernel';
import { attempt, refuse } from './refusal';
import type { RegistryUnitOfWork, SecretVault } from './ports';

/** Creates a single-use token. The gateway allows only administrators; this is the second check. */
export class CreateEnrolment {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly vault: SecretVault,
    private readonly clock: Clock,
  ) {}

  execute(request: PayloadOf<typeof createEnrolment>): Promise<Result<ReplyOf<typeof createEnrolment>>> {
    return attempt(async () => {
      if (!request.created_by.roles.includes('admin'))
        refuse('forbidden', 'admin_required', 'Requires role admin to create enrolment tokens.');
      const now = this.clock.now();
      const expiresAt = new Date(now.getTime() + request.valid_s * 1000);
      const { token, stored } = this.vault.issue('yme');
      const { kind } = request;
      const createdBy = request.created_by.name;
      await this.unitOfWork.run(async (tx) => {
        await tx.enrolments.add({ ...stored, kind, createdBy, createdAt: now, expiresAt, spentBy: null });
        await tx.outbox.event(enrolmentCreated, {
          aggregateId: stored.keyId,
          aggregateVersion: 1,
          payload: {
            enrolment_id: stored.keyId,
            kind,
            created_by: createdBy,
            expires_at: expiresAt.toISOString(),
          },
        });
      });
      return { enrolment_token: token, expires_at: expiresAt.toISOString() };
    });
  }
}
