import { getDispatch, getLanding, getProject, registerAgent, submitRequest } from '@ymera/contracts';
import { err, failure, ok, type LogFields } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import { startTestGateway, tokens, type TestGateway } from '../../testing/test-gateway';
import { bindings } from './bindings';

const id = '01936d00-0000-7000-8000-0000000000aa';
const digest = `sha256:${'0'.repeat(64)}`;

/** A valid request for each operation. */
const inputs: Readonly<
  Record<string, { as: keyof typeof tokens; id?: string; query?: string; body?: object }>
> = {
  createEnrolment: { as: 'admin', body: { kind: 'principal' } },
  enrolPrincipal: { as: 'enrolment', body: { principal_id: 'runner-1' } },
  registerAgent: {
    as: 'principal',
    body: { agent_id: 'tester-1', agent_type: 'TESTING', capabilities: ['node:test'], config: { a: [1] } },
  },
  listAgents: { as: 'viewer', query: '?agent_type=TESTING&limit=5' },
  getAgent: { as: 'viewer', id: 'tester-1' },
  getAgentStatus: { as: 'viewer', id: 'tester-1' },
  retireAgent: { as: 'admin', id: 'tester-1', body: { reason: 'Replaced.' } },
  liftFreeze: { as: 'admin', id: 'tester-1', body: { reason: 'It has more memory now.' } },
  getOverview: { as: 'viewer' },
  getMyStatus: { as: 'principal' },
  registerProject: { as: 'admin', body: { project_id: 'sample', source: '/srv/sample' } },
  listProjects: { as: 'viewer' },
  getProject: { as: 'viewer', id: 'sample' },
  updateProject: { as: 'admin', id: 'sample', body: { push: 'branch' } },
  syncProject: { as: 'operator', id: 'sample' },
  submitRequest: { as: 'operator', body: { project_id: 'sample', text: 'Make it faster' } },
  listRequests: { as: 'viewer', query: '?project_id=sample&cursor=abc' },
  getRequest: { as: 'viewer', id },
  answerRequest: { as: 'operator', id, body: { answer: 'This one.' } },
  cancelRequest: { as: 'operator', id, body: { reason: 'Enough.' } },
  listWorkflows: { as: 'viewer', query: '?state=running' },
  getWorkflow: { as: 'viewer', id },
  listApprovals: { as: 'viewer', query: '?state=pending' },
  getApproval: { as: 'viewer', id },
  decideApproval: { as: 'approver', id, body: { subject_digest: digest, decision: 'approved' } },
  getChange: { as: 'viewer', id },
  revertChange: { as: 'operator', id, body: { reason: 'It broke the build.' } },
  pauseDispatch: { as: 'admin', body: { reason: 'The provider is down.' } },
  resumeDispatch: { as: 'admin', body: { reason: 'It is back.' } },
  pauseLanding: { as: 'admin', body: { reason: 'A release is being cut.' } },
  resumeLanding: { as: 'admin', body: { reason: 'It is out.' } },
  listDeadLetters: { as: 'operator', query: '?queue=integration.commands&state=pending' },
  getDeadLetter: { as: 'operator', id },
  replayDeadLetter: { as: 'admin', id },
  listAudit: { as: 'admin', query: '?from_index=7' },
  readAuditLog: { as: 'admin', query: '?from_index=7' },
  getAuditCheckpoint: { as: 'admin' },
  listAuditCheckpoints: { as: 'admin' },
};

describe('HTTP API', () => {
  const logged: LogFields[] = [];
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (_message, fields = {}) => logged.push(fields),
      },
    });
  });
  afterAll(() => gateway.app.close());
  beforeEach(() => gateway.questions.asked.splice(0));

  const call = (operation: string, headers: Record<string, string> = {}, body?: object) => {
    const route = bindings.find((binding) => binding.route.operation === operation)?.route;
    const input = inputs[operation];
    if (!route || !input) throw new Error(`no input for ${operation}`);
    const payload = body ?? input.body;
    return gateway.app.inject({
      method: route.method,
      url: route.path.replace(/\{\w+\}/, input.id ?? '') + (input.query ?? ''),
      headers: { authorization: `Bearer ${tokens[input.as]}`, ...headers },
      ...(payload ? { payload } : {}),
    });
  };

  it.each(bindings.map((binding) => ({ ...binding, operation: binding.route.operation })))(
    'queries the owning service and answers $operation in the shape of its contract',
    async ({ operation, route, query }) => {
      const answer = await call(operation);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([
        route.status,
        expect.stringContaining('application/json'),
      ]);
      route.response.parse(answer.json());
      expect(gateway.questions.asked.map(({ key }) => key)).toEqual([query.key]);
    },
  );

  it('sends the authenticated caller to the service and never the one in the request', async () => {
    await call('cancelRequest', {}, { reason: 'Enough.', actor: { name: 'root', roles: ['admin'] } });
    expect(gateway.questions.asked[0]?.payload).toMatchObject({
      actor: { name: 'operator-person', roles: ['operator'] },
    });
    await call('registerAgent');
    expect(gateway.questions.asked[1]?.payload).toMatchObject({
      caller: { kind: 'principal', principal_id: 'runner-1' },
    });
    await call('enrolPrincipal');
    expect(gateway.questions.asked[2]?.payload).toMatchObject({ enrolment_token: tokens.enrolment });
  });

  it('shows the pause state of one service while the other does not answer', async () => {
    gateway.questions.answerWith(getLanding, err(failure('unavailable', 'service_unavailable', 'Away.')));
    const answer = await gateway.app.inject({
      url: '/api/v1/controls',
      headers: { authorization: `Bearer ${tokens.viewer}` },
    });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { dispatch: getDispatch.replySample, landing: null },
    ]);
    gateway.questions.answerWith(getLanding, ok(getLanding.replySample));
  });

  it('removes members that the route does not declare', async () => {
    const answer = await call('getProject');
    expect(getProject.replySample).toHaveProperty('workspace_url');
    expect(answer.json()).not.toHaveProperty('workspace_url');
  });

  it.each([
    ['not_found', 404],
    ['conflict', 409],
    ['illegal_state', 409],
    ['forbidden', 403],
    ['validation', 400],
    ['unavailable', 503],
    ['timeout', 504],
    ['internal', 500],
  ] as const)('maps the failure kind %s of a service to status %d', async (kind, status) => {
    gateway.questions.answerWith(
      getProject,
      err(failure(kind, 'from_service', 'What the service said.', { details: { sql: 'select' } })),
    );
    const answer = await call('getProject');
    expect([answer.statusCode, answer.json().code]).toEqual([status, 'from_service']);
    expect(answer.body).not.toContain('select');
    gateway.questions.answerWith(getProject, ok(getProject.replySample));
  });

  it('answers 500 and logs when the answer of a service violates the route', async () => {
    logged.splice(0);
    gateway.questions.answerWith(getProject, ok({ secret: 1 }));
    const answer = await call('getProject');
    expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal']);
    expect(logged).toHaveLength(1);
    gateway.questions.answerWith(getProject, ok(getProject.replySample));
  });

  it('returns the stored answer for a repeated idempotency key and marks it as replayed', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const [first, second] = [await call('submitRequest', headers), await call('submitRequest', headers)];
    expect(second.json()).toEqual(first.json());
    expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(gateway.questions.asked).toEqual([
      { key: submitRequest.key, payload: expect.objectContaining({ idempotency_key: expect.any(String) }) },
    ]);
    const other = await call('submitRequest', headers, { project_id: 'sample', text: 'Something else' });
    expect([other.statusCode, other.json().code]).toEqual([409, 'idempotency_key_reused']);
  });

  it('rejects a malformed idempotency key and ignores one where the route takes none', async () => {
    const refused = await call('submitRequest', { 'idempotency-key': 'a b' });
    expect([refused.statusCode, refused.json().code]).toEqual([400, 'idempotency_key_invalid']);
    expect((await call('cancelRequest', { 'idempotency-key': 'a b' })).statusCode).toBe(202);
  });

  it('sends no idempotency key to a service when the caller sent none', async () => {
    await call('registerAgent');
    expect(gateway.questions.asked).toEqual([
      {
        key: registerAgent.key,
        payload: expect.not.objectContaining({ idempotency_key: expect.anything() }),
      },
    ]);
  });

  it.each([
    ['/api/v1/agents/_x', 'params.agent_id'],
    ['/api/v1/agents?limit=1000', 'query.limit'],
    ['/api/v1/requests/not-an-id', 'params.request_id'],
  ])('rejects %s before it queries a service', async (url, path) => {
    const answer = await gateway.app.inject({ url, headers: { authorization: `Bearer ${tokens.viewer}` } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors[0].path).toBe(path);
    expect(gateway.questions.asked).toEqual([]);
  });

  it('serves its documents without a credential, with a policy that lets the page load nothing', async () => {
    const document = await gateway.app.inject({ url: '/openapi.json' });
    expect(document.json()).toMatchObject({ openapi: '3.1.0' });
    const page = await gateway.app.inject({ url: '/docs' });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).toContain('/api/v1/requests/{request_id}/events');
    expect(page.body).not.toMatch(/<script|https?:\/\/(?!json-schema)/);
  });
});

describe('request limits', () => {
  it('limits the requests per second of one caller without affecting others', async () => {
    const { app } = await startTestGateway({ requestsPerSecond: 3 });
    const ask = (token: string) =>
      app.inject({ url: '/api/v1/agents', headers: { authorization: `Bearer ${token}` } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(tokens.viewer)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 200, 429, 429, 429]);
    const refused = answers.find(({ statusCode }) => statusCode === 429);
    expect(refused?.headers['retry-after']).toBe('1');
    expect(refused?.json()).toMatchObject({ code: 'too_many_requests', retryable: true });
    expect((await ask(tokens.admin)).statusCode).toBe(200);
    await app.close();
  });

  it('refuses an address after too many failed credentials, but not known credentials', async () => {
    const { app } = await startTestGateway({ refusedCredentialsPerMinute: 3 });
    const ask = (token: string) =>
      app.inject({ url: '/api/v1/agents', headers: { authorization: `Bearer ${token}` } });
    expect((await ask(tokens.viewer)).statusCode).toBe(200);
    const guesses: number[] = [];
    for (let guess = 0; guess < 5; guess += 1) guesses.push((await ask(`ymo_9_guess${guess}`)).statusCode);
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    expect((await ask(tokens.viewer)).statusCode).toBe(200);
    await app.close();
  });
});
leakGuard();
