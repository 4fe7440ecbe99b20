import { decideApprovalV1, getApprovalV1, listApprovalsV1 } from '@ymera/contracts';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { DecideApproval } from '../../application/decide-approval';
import { ProjectGates } from '../../application/project-gates';
import { ReadApprovals } from '../../application/read-approvals';
import { emptyState, inMemoryStores } from '../../testing/in-memory-stores';
import { ApprovalsController } from './approvals.controller';

const id = '01936d00-0000-7000-8000-000000000001';
const oid = 'c'.repeat(40);

describe('an approval of version 1', () => {
  it('does not know the option to accept findings', async () => {
    const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
    const clock = new FakeClock('2026-01-01T00:00:00Z');
    const controller = new ApprovalsController(
      new DecideApproval(unitOfWork, clock),
      new ProjectGates(unitOfWork, clock, { next: () => id }),
      new ReadApprovals(unitOfWork),
    );
    const subjectDigest = `sha256:${'1'.repeat(64)}`;
    unitOfWork.state.approvals.set(id, {
      approvalId: id,
      gateId: id,
      requestId: id,
      workflowId: id,
      kind: 'escalation',
      subjectDigest,
      requestedBy: 'ada',
      landing: null,
      escalation: {
        step_id: 'validate',
        escalation: 1,
        rounds: 2,
        error: { code: 'verdict_rejected', message: 'Slow.', retryable: false },
        findings: [],
        change: { change_id: id, base: oid, commit: oid, tree: oid },
      },
      expiresAt: new Date('2026-01-02T00:00:00Z'),
      state: 'approved',
      option: 'accept',
      decidedBy: 'grace',
      reason: 'It is within the noise.',
      decidedAt: new Date('2026-01-01T00:00:00Z'),
      version: 2,
    });

    const one = await controller.getV1({ approval_id: id });
    const page = await controller.listV1({ limit: 50 });
    if (!one.ok || !page.ok) throw new Error('refused');
    expect(getApprovalV1.reply.parse(one.value)).toMatchObject({ state: 'approved', option: null });
    expect(listApprovalsV1.reply.parse(page.value).items).toMatchObject([{ option: null }]);

    const retry = decideApprovalV1.payload.parse({
      approval_id: id,
      subject_digest: subjectDigest,
      option: 'retry',
      actor: { name: 'grace', roles: ['approver'] },
    });
    expect(await controller.decideV1(retry)).toMatchObject({ error: { code: 'approval_closed' } });
  });
});
