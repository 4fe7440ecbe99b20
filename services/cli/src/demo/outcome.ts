import {
  type ChangeResource,
  getChangeRoute,
  getRequestRoute,
  getWorkflowRoute,
  type RequestResource,
  type WorkflowResource,
} from '@ymera/contracts';
import type { ApiClient } from '../api/api-client';

/** The outcome of a request. */
export interface Outcome {
  readonly request: RequestResource;
  readonly workflow: WorkflowResource | undefined;
  readonly change: ChangeResource | undefined;
}

export async function readOutcome(api: ApiClient, requestId: string): Promise<Outcome> {
  const request = await api.call(getRequestRoute, { params: { request_id: requestId } });
  const workflow =
    request.workflow_id === null
      ? undefined
      : await api.call(getWorkflowRoute, { params: { workflow_id: request.workflow_id } });
  const changeId = workflow?.result.change?.change_id;
  const change =
    changeId === undefined ? undefined : await api.call(getChangeRoute, { params: { change_id: changeId } });
  return { request, workflow, change };
}
