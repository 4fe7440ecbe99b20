import { eventually } from '@ymera/testing';
import { call, type SharedPlatform } from './platform';

type Body = Record<string, any>;

let projects = 0;

/** Registers the repository as a new project. */
export async function registerProject(
  platform: SharedPlatform,
  source: string,
): Promise<{ readonly id: string; readonly repository: string }> {
  projects += 1;
  const id = `e2e-${process.pid}-${projects}`;
  const { status, body } = await call(platform, 'admin', 'POST', '/api/v1/projects', {
    project_id: id,
    source,
  });
  if (status !== 201) throw new Error(`the project was not registered: ${JSON.stringify(body)}`);
  return { id, repository: body['repository'] };
}

/** Approves what waits for the request, each once; the answers. */
async function approvePending(platform: SharedPlatform, requestId: string): Promise<readonly Response[]> {
  const path = `/api/v1/approvals?request_id=${requestId}&state=pending`;
  const pending = await call(platform, 'approver', 'GET', path);
  const decisions: Response[] = [];
  for (const approval of pending.body['items'] as Body[]) decisions.push(await decide(platform, approval));
  return decisions;
}

/** Approves all approvals until the request has ended; returns its end. */
export async function approveUntilEnded(
  platform: SharedPlatform,
  requestId: string,
  timeoutMs: number,
): Promise<{ readonly request: Body; readonly decisions: readonly Response[] }> {
  const decisions: Response[] = [];
  const request = await eventually(
    async () => {
      decisions.push(...(await approvePending(platform, requestId)));
      const { body } = await call(platform, 'requester', 'GET', `/api/v1/requests/${requestId}`);
      if (body['state'] === 'running') throw new Error(`still running: ${JSON.stringify(body)}`);
      return body;
    },
    { timeoutMs, intervalMs: 100 },
  );
  return { request, decisions };
}

/** Approves the plans of all of them, so that work starts. */
export async function approvePlans(
  platform: SharedPlatform,
  requestIds: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const open = new Set(requestIds);
  await eventually(
    async () => {
      const pending = await call(platform, 'approver', 'GET', '/api/v1/approvals?state=pending&limit=100');
      const waiting = (pending.body['items'] as Body[]).filter((one) => open.has(one['request_id']));
      await Promise.all(waiting.map((approval) => decide(platform, approval)));
      for (const { request_id } of waiting) open.delete(request_id);
      if (open.size > 0) throw new Error(`no plan of ${[...open].join(', ')} waits`);
    },
    { timeoutMs, intervalMs: 100 },
  );
}

const decide = (platform: SharedPlatform, approval: Body): Promise<Response> =>
  fetch(new URL(`/api/v1/approvals/${approval['approval_id']}/decision`, platform.urls['gateway']), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${platform.tokens['approver']}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ subject_digest: approval['subject_digest'], decision: 'approved' }),
    signal: AbortSignal.timeout(30_000),
  });

/** Submits a request; returns the answer with its headers. */
export async function submit(
  platform: SharedPlatform,
  projectId: string,
  text: string,
): Promise<{ readonly body: Body; readonly headers: Headers }> {
  const response = await fetch(new URL('/api/v1/requests', platform.urls['gateway']), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${platform.tokens['requester']}`,
      'content-type': 'application/json',
      'idempotency-key': `e2e-${process.pid}-${Math.random()}`,
    },
    body: JSON.stringify({ project_id: projectId, text }),
    signal: AbortSignal.timeout(30_000),
  });
  const body = (await response.json()) as Body;
  if (response.status !== 202) throw new Error(`the request was not accepted: ${JSON.stringify(body)}`);
  return { body, headers: response.headers };
}
