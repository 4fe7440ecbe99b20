import { eventually } from '@ymera/testing';
import { call, type SharedPlatform } from './platform';
import { git } from './repositories';
import { submit } from './requests';

type Body = Record<string, any>;

/** How a request ended, or the escalation that it waits at. */
export interface Settled {
  readonly ended?: Body;
  readonly escalation?: Body;
}
export interface Journey extends Settled {
  readonly request: Body;
  readonly repository: string;
}

export type Journeys = ReturnType<typeof journeysOn>;

/** Requests about projects of their own that are driven until they end or wait for a person's decision. */
export function journeysOn(platform: SharedPlatform) {
  const register = async (projectId: string, source: string): Promise<string> => {
    const { status, body } = await call(platform, 'admin', 'POST', '/api/v1/projects', {
      project_id: projectId,
      source,
    });
    expect([status, body['code']]).toEqual([201, undefined]);
    return body['repository'];
  };

  const pending = async (requestId: string): Promise<Body[]> =>
    (await call(platform, 'approver', 'GET', `/api/v1/approvals?request_id=${requestId}&state=pending`)).body[
      'items'
    ];

  const decide = async (approval: Body, decision: Body): Promise<void> => {
    const { status, body } = await call(
      platform,
      'approver',
      'POST',
      `/api/v1/approvals/${approval['approval_id']}/decision`,
      { subject_digest: approval['subject_digest'], ...decision },
    );
    expect([status, body['code']]).toEqual([200, undefined]);
  };

  /** All begin at once and go on side by side; each test waits for its own. */
  const begun = new Map<string, Promise<Journey>>();

  const begin = async (projectId: string, repository: string, text: string): Promise<Journey> => {
    const { body } = await submit(platform, projectId, text);
    return { request: body, repository, ...(await untilSettled(body['request_id'])) };
  };

  const journey = async (projectId: string): Promise<Journey> => {
    const found = await begun.get(projectId);
    if (!found) throw new Error(`no journey of ${projectId}`);
    return found;
  };

  /** Approves plans and landings until the request has ended, or until an escalation waits. */
  const untilSettled = (requestId: string): Promise<Settled> =>
    eventually(
      async () => {
        for (const approval of await pending(requestId)) {
          if (approval['kind'] === 'escalation') return { escalation: approval };
          await decide(approval, { decision: 'approved' });
        }
        const { body } = await call(platform, 'requester', 'GET', `/api/v1/requests/${requestId}`);
        if (body['state'] === 'running') throw new Error('still running');
        return { ended: body };
      },
      { timeoutMs: 180_000, intervalMs: 100 },
    );

  const workflowOf = async (requestBody: Body): Promise<Body> =>
    (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${requestBody['workflow_id']}`)).body;

  /** Ended as landed, and what landed is what was tested and examined. */
  const landed = async ({ ended = {}, escalation }: Settled, repository: string): Promise<Body> => {
    expect([escalation, ended['state'], ended['error']]).toEqual([undefined, 'completed', null]);
    const workflow = await workflowOf(ended);
    const { result } = workflow;
    const tree = git(repository, 'rev-parse', 'refs/heads/main^{tree}');
    expect([result.landed.tree, result.tests.tree, result.verdict.tree, result.change.tree]).toEqual([
      tree,
      tree,
      tree,
      tree,
    ]);
    expect(result.landed.commit).toBe(git(repository, 'rev-parse', 'refs/heads/main'));
    return workflow;
  };

  const attempts = ({ steps }: Body): Body =>
    Object.fromEntries(
      (steps as Body[]).flatMap(({ name, kind, attempts: tries }) =>
        kind === 'task' ? [[name, tries]] : [],
      ),
    );

  /** Registers the project and begins a request about it. */
  const start = async (projectId: string, source: string, text: string): Promise<void> => {
    const repository = await register(projectId, source);
    const going = begin(projectId, repository, text);
    going.catch(() => undefined); // told by the test that waits for it
    begun.set(projectId, going);
  };

  return { start, journey, decide, untilSettled, workflowOf, landed, attempts };
}
