import { type listRequests, type Page, pageCursor, type PayloadOf, uuid } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Approval } from '../domain/approval';
import type { Request } from '../domain/request';
import type { CoordinatorUnitOfWork } from './ports';

const cursors = pageCursor('requests', uuid);

export class ReadRequests {
  constructor(private readonly unitOfWork: CoordinatorUnitOfWork) {}

  async one(requestId: string): Promise<Result<Request>> {
    const request = await this.unitOfWork.run((tx) => tx.requests.find(requestId));
    return request ? ok(request) : err(failure('not_found', 'request_not_found', 'Unknown request.'));
  }

  /** Undecided approvals of these requests. */
  waitingFor(requests: readonly Request[]): Promise<readonly Approval[]> {
    const ids = requests.map(({ requestId }) => requestId);
    return this.unitOfWork.run((tx) => tx.approvals.pendingOf(ids));
  }

  async page({
    project_id: projectId,
    cursor,
    limit,
  }: PayloadOf<typeof listRequests>): Promise<Result<Page<Request>>> {
    const before = cursors.decode(cursor);
    if (!before.ok) return before;
    const found = await this.unitOfWork.run((tx) =>
      tx.requests.page({ projectId, before: before.value, limit: limit + 1 }),
    );
    return ok(cursors.page(found, limit, ({ requestId }) => requestId));
  }
}
