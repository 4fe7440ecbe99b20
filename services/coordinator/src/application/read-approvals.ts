import { type listApprovals, type Page, pageCursor, type PayloadOf, uuid } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Approval } from '../domain/approval';
import type { CoordinatorUnitOfWork } from './ports';

const cursors = pageCursor('approvals', uuid);

export class ReadApprovals {
  constructor(private readonly unitOfWork: CoordinatorUnitOfWork) {}

  async one(approvalId: string): Promise<Result<Approval>> {
    const approval = await this.unitOfWork.run((tx) => tx.approvals.find(approvalId));
    return approval ? ok(approval) : err(failure('not_found', 'approval_not_found', 'Unknown approval.'));
  }

  async page({
    request_id: requestId,
    state,
    cursor,
    limit,
  }: PayloadOf<typeof listApprovals>): Promise<Result<Page<Approval>>> {
    const before = cursors.decode(cursor);
    if (!before.ok) return before;
    const found = await this.unitOfWork.run((tx) =>
      tx.approvals.page({ requestId, state, before: before.value, limit: limit + 1 }),
    );
    return ok(cursors.page(found, limit, ({ approvalId }) => approvalId));
  }
}
