import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Approval } from '../domain/approval';
import type { Request } from '../domain/request';
import type { CoordinatorUnitOfWork, Page, RequestStore } from './ports';

export class ReadRequests {
  constructor(private readonly unitOfWork: CoordinatorUnitOfWork) {}

  async one(requestId: string): Promise<Result<Request>> {
    const request = await this.unitOfWork.run((tx) => tx.requests.find(requestId));
    return request
      ? ok(request)
      : err(failure('not_found', 'request_not_found', 'There is no such request.'));
  }

  /** Approvals that nobody has decided on yet, of these requests. */
  waitingFor(requests: readonly Request[]): Promise<readonly Approval[]> {
    const ids = requests.map(({ requestId }) => requestId);
    return this.unitOfWork.run((tx) => tx.approvals.pendingOf(ids));
  }

  page(filter: Parameters<RequestStore['page']>[0]): Promise<Page<Request>> {
    return this.unitOfWork.run((tx) => tx.requests.page(filter));
  }
}
