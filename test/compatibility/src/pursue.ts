import { sleep, uuidv7 } from '@ymera/kernel';
import type { Answer, ApiClient, TimelineEntry } from '@ymera/test-e2e/environment';
import type { Trial } from './combination';
import type { FoundOn, Outcome } from './outcome';
import { pathsOf } from './repository';

type Body = Answer['body'];

const pollMs = 100;

export interface Pursuit {
  readonly projectId: string;
  /** Path or URL of the repository to register. */
  readonly source: string;
  readonly givenCommand?: string | undefined;
  readonly trial: Trial;
  readonly timeoutMs: number;
  /** All events of an ended request. */
  readonly timelineOf: (requestId: string) => Promise<readonly TimelineEntry[]>;
}

/** One request from the registration of its project to its end, through the gateway only. */
export async function pursue(api: ApiClient, pursuit: Pursuit): Promise<Outcome> {
  const began = performance.now();
  const registered = await register(api, pursuit);
  const came = registered.isRegistered
    ? await request(api, pursuit, registered.body)
    : notRegistered(registered.body);
  return { ...came, durationMs: Math.round(performance.now() - began) };
}

type Came = Omit<Outcome, 'durationMs'>;

async function register(
  api: ApiClient,
  { projectId, source, givenCommand }: Pursuit,
): Promise<{ readonly isRegistered: boolean; readonly body: Body }> {
  const { status, body } = await api.insist({
    as: 'admin',
    method: 'POST',
    path: '/api/v1/projects',
    body: {
      project_id: projectId,
      source,
      ...(givenCommand === undefined ? {} : { commands: { test: givenCommand } }),
    },
    key: uuidv7(),
  });
  return { isRegistered: status === 201, body };
}

const notRegistered = (problem: Body): Came => ({
  outcome: 'not registered',
  ...words(problem),
  rounds: 0,
  findings: [],
  paths: [],
});

async function request(api: ApiClient, pursuit: Pursuit, project: Body): Promise<Came> {
  const { body: submitted } = await api.insist({
    as: 'requester',
    method: 'POST',
    path: '/api/v1/requests',
    body: { project_id: pursuit.projectId, text: pursuit.trial.request },
    key: uuidv7(),
  });
  const shared = { command: String(project['commands']?.test ?? ''), rounds: 0, findings: [], paths: [] };
  if (submitted['request_id'] === undefined) return { ...shared, outcome: 'stopped', ...words(submitted) };
  const { ended, rejected } = await untilEnded(api, submitted, pursuit);
  if (ended['state'] === 'input_required')
    return { ...shared, outcome: 'asked', message: String(ended['question']) };
  const workflow = await workflowOf(api, ended);
  const result = workflow['result'] ?? {};
  const landed = result.landed !== undefined && result.landed !== null;
  const findings = unique([
    ...rejected,
    ...(workflow['steps'] ?? []).flatMap((step: Body) => step['findings'] ?? []),
    ...(result.findings ?? []),
    ...(result.verdict?.findings ?? []),
  ]);
  const rounds = roundsOf(workflow);
  const isSentBack = !landed && rejected.length > 0;
  return {
    ...shared,
    outcome: landed ? 'landed' : isSentBack ? 'sent back' : 'stopped',
    ...(ended['error'] ? words(ended['error']) : {}),
    rounds,
    findings,
    ...(result.tests ? { tests: result.tests } : {}),
    paths: landed ? pathsOf(String(project['repository']), String(result.landed.branch)) : [],
  };
}

/** Decides all approvals until the request has ended; returns the rejections on the way. */
async function untilEnded(
  api: ApiClient,
  submitted: Body,
  { trial, timeoutMs, timelineOf }: Pursuit,
): Promise<{ readonly ended: Body; readonly rejected: readonly FoundOn[] }> {
  const requestId = String(submitted['request_id']);
  const deadline = Date.now() + timeoutMs;
  const rejected: FoundOn[] = [];
  const decided = new Set<string>();
  while (Date.now() < deadline) {
    const { body } = await api.insist({
      as: 'requester',
      method: 'GET',
      path: `/api/v1/requests/${requestId}`,
    });
    if (body['state'] === 'input_required') return { ended: body, rejected };
    if (body['state'] !== 'running')
      return { ended: body, rejected: [...rejected, ...rejectionsIn(await timelineOf(requestId))] };
    for (const { approval_id } of body['waiting_for'] ?? [])
      if (!decided.has(approval_id)) {
        decided.add(approval_id);
        rejected.push(...(await decide(api, approval_id, trial)));
      }
    await sleep(pollMs);
  }
  throw new Error(`the request has not ended within ${timeoutMs} ms`);
}

/** Approves a plan or a landing; accepts or abandons an escalation, and returns its findings. */
async function decide(api: ApiClient, approvalId: string, trial: Trial): Promise<readonly FoundOn[]> {
  const path = `/api/v1/approvals/${approvalId}`;
  const { body: approval } = await api.insist({ as: 'approver', method: 'GET', path });
  const isEscalation = approval['kind'] === 'escalation';
  const decision = isEscalation
    ? { option: trial.accepts ? 'accept' : 'abandon', reason: 'It is what was asked for.' }
    : { decision: 'approved' };
  await api.insist({
    as: 'approver',
    method: 'POST',
    path: `${path}/decision`,
    body: { subject_digest: approval['subject_digest'], ...decision },
    key: uuidv7(),
  });
  return isEscalation ? (approval['escalation']?.findings ?? []) : [];
}

/** The reasons for which changing steps were sent back, first to last. */
const rejectionsIn = (timeline: readonly TimelineEntry[]): readonly FoundOn[] =>
  timeline
    .filter(
      ({ type, data }) => type.startsWith('orchestrator.step.changed.') && changingSteps.has(data['name']),
    )
    .flatMap(({ data }) => data['findings'] ?? []);

const changingSteps: ReadonlySet<string> = new Set(['code', 'fix', 'enhance']);

const roundsOf = (workflow: Body): number =>
  Math.max(
    0,
    ...(workflow['steps'] ?? [])
      .filter(({ name }: Body) => changingSteps.has(name))
      .map((step: Body) => step['attempts']),
  );

async function workflowOf(api: ApiClient, ended: Body): Promise<Body> {
  if (!ended['workflow_id']) return {};
  const path = `/api/v1/workflows/${ended['workflow_id']}`;
  return (await api.insist({ as: 'viewer', method: 'GET', path })).body;
}

function unique(findings: readonly FoundOn[]): readonly FoundOn[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

const words = (problem: Body): Pick<Outcome, 'code' | 'message' | 'suggestion'> => ({
  code: String(problem['code']),
  message: String(problem['message'] ?? problem['detail'] ?? ''),
  ...(problem['suggestion'] ? { suggestion: String(problem['suggestion']) } : {}),
});
