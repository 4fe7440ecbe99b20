import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Approval } from '../domain/approval';
import type { ApprovalStore, CoordinatorUnitOfWork, Page } from './ports';

export class ReadApprovals {
  constructor(private readonly unitOfWork: CoordinatorUnitOfWork) {}

  async one(approvalId: string): Promise<Result<Approval>> {
    const approval = await this.unitOfWork.run((tx) => tx.approvals.find(approvalId));
    return approval
      ? ok(approval)
      : err(failure('not_found', 'approval_not_found', 'There is no such approval.'));
  }

  page(filter: Parameters<ApprovalStore['page']>[0]): Promise<Page<Approval>> {
    return this.unitOfWork.run((tx) => tx.approvals.page(filter));
  }
}
