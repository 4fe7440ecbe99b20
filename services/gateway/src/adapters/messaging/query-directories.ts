import {
  authenticatePrincipal,
  getDispatch,
  getLanding,
  getRequest,
  type ControlState,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import type { QueryClient } from '@ymera/messaging';
import type { ControlDirectory, PrincipalDirectory, RequestDirectory } from '../../application/ports';

const timeoutMs = 5000;

export class QueryPrincipalDirectory implements PrincipalDirectory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  async authenticate(credential: string): ReturnType<PrincipalDirectory['authenticate']> {
    // A sanctioned principal may still read its own status.
    const question = { credential, any_standing: true };
    const answer = await this.queries.ask(authenticatePrincipal, question, { timeoutMs });
    if (!answer.ok) return answer;
    const { principal_id: principalId, denied } = answer.value;
    return ok({ principalId, denied });
  }
}

export class QueryRequestDirectory implements RequestDirectory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  async find(requestId: string): ReturnType<RequestDirectory['find']> {
    const answer = await this.queries.ask(getRequest, { request_id: requestId }, { timeoutMs });
    if (!answer.ok) return answer;
    const { ended_at: endedAt } = answer.value;
    return ok({ endedAt: endedAt === null ? undefined : new Date(endedAt) });
  }
}

/** Short, because a person waits in front of a screen, perhaps in an outage: a service that does not answer soon is shown as unavailable. */
const controlTimeoutMs = 2000;

export class QueryControlDirectory implements ControlDirectory {
  constructor(private readonly queries: Pick<QueryClient, 'ask'>) {}

  dispatch(): Promise<Result<ControlState>> {
    return this.queries.ask(getDispatch, {}, { timeoutMs: controlTimeoutMs });
  }

  landing(): Promise<Result<ControlState>> {
    return this.queries.ask(getLanding, {}, { timeoutMs: controlTimeoutMs });
  }
}
