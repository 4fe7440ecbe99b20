import { authenticatePrincipal, getRequest } from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { PrincipalDirectory, RequestDirectory } from '../../application/ports';

const timeoutMs = 5000;

export class QueryPrincipalDirectory implements PrincipalDirectory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  async authenticate(credential: string): Promise<Result<{ readonly principalId: string }>> {
    const answer = await this.queries.ask(authenticatePrincipal, { credential }, { timeoutMs });
    return answer.ok ? ok({ principalId: answer.value.principal_id }) : answer;
  }
}

export class QueryRequestDirectory implements RequestDirectory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  async find(requestId: string): Promise<Result<void>> {
    const answer = await this.queries.ask(getRequest, { request_id: requestId }, { timeoutMs });
    return answer.ok ? ok(undefined) : answer;
  }
}
