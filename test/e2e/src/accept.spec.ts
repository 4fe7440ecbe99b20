import { generateKeyPairSync } from 'node:crypto';
import { eventually } from '@ymera/testing';
import { type AuditEntry, auditLog } from './support/audit-log';
import type { Ended } from './support/commands';
import { call, demo, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { registerProject, submit } from './support/requests';
import { timelineOf } from './support/timeline';

type Body = Record<string, any>;

const text = 'Add a function that evaluates a formula';
const reason = 'The formula comes from a file of this repository.';
/** Works and passes its tests, but the examination rejects it: text is run as code. */
const evaluates = `cat >> src/sum.mjs <<'END'\nexport const formula = (text) => eval(text);\nEND\n`;
const key = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;
/** The same, with a finding that must not be accepted. */
const leaks = `${evaluates}cat > src/key.mjs <<'END'\nexport const key = \`${key}\`;\nEND\n`;

jest.setTimeout(240_000);

/** Real: platform, agents, sandbox, git, tests. The project's own script makes the change, the same in every attempt. */
describe('accepting findings of an examination', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;
  let demonstrated: Promise<Ended>;
  /** All requests start at once and run concurrently; each test waits for its own. */
  const begun = new Map<string, Promise<{ readonly request: Body; readonly repository: string }>>();

  beforeAll(async () => {
    platform = await sharedPlatform();
    const source = repositories.create('shown', workingProject, evaluates);
    demonstrated = demo(platform, ['--repo', source, '--request', text], 200_000);
    demonstrated.catch(() => undefined); // reported by the test that waits for it
    for (const [name, change] of [
      ['judged', evaluates],
      ['leaking', leaks],
    ] as const) {
      const beginning = begin(repositories.create(name, workingProject, change));
      beginning.catch(() => undefined);
      begun.set(name, beginning);
    }
  }, 150_000);

  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  const begin = async (source: string): Promise<{ readonly request: Body; readonly repository: string }> => {
    const { id, repository } = await registerProject(platform, source);
    const { body } = await submit(platform, id, text);
    return { request: body, repository };
  };

  const journey = async (name: string): Promise<{ readonly request: Body; readonly repository: string }> => {
    const found = await begun.get(name);
    if (!found) throw new Error(`no journey of ${name}`);
    return found;
  };

  const decide = (
    approval: Body,
    decision: Body,
    as: 'approver' | 'requester' | 'admin' = 'approver',
  ): Promise<{ readonly status: number; readonly body: Body }> =>
    call(platform, as, 'POST', `/api/v1/approvals/${approval['approval_id']}/decision`, {
      subject_digest: approval['subject_digest'],
      ...decision,
    });

  /** The next approval of this kind; plans are approved on the way. */
  const approvalOf = (requestId: string, kind: string): Promise<Body> =>
    eventually(
      async () => {
        const path = `/api/v1/approvals?request_id=${requestId}&state=pending`;
        const { body } = await call(platform, 'approver', 'GET', path);
        for (const approval of body['items'] as Body[]) {
          if (approval['kind'] === kind) return approval;
          if (approval['kind'] === 'plan_approval') await decide(approval, { decision: 'approved' });
        }
        throw new Error(`no ${kind} waits`);
      },
      { timeoutMs: 200_000, intervalMs: 100 },
    );

  const ended = (requestId: string): Promise<Body> =>
    eventually(
      async () => {
        const { body } = await call(platform, 'viewer', 'GET', `/api/v1/requests/${requestId}`);
        if (body['state'] === 'running') throw new Error('still running');
        return body;
      },
      { timeoutMs: 60_000, intervalMs: 100 },
    );

  const audited = async (approvalId: string): Promise<readonly AuditEntry[]> =>
    (await auditLog(platform)).filter(({ subject }) => subject === approvalId);

  it('lands the change after an approver accepted them with a reason, a new examination and an approval, and records it in the audit log', async () => {
    const { request, repository } = await journey('judged');
    const requestId = request['request_id'];
    const escalated = await approvalOf(requestId, 'escalation');
    const { escalation } = escalated;
    expect(escalation).toMatchObject({
      step_id: 'validate',
      error: { code: 'verdict_rejected' },
      findings: [{ code: 'evaluated_code', severity: 'high', file: 'src/sum.mjs', waivable: true }],
      options: ['retry', 'take_over', 'abandon', 'accept'],
    });

    const refusals = [
      await decide(escalated, { option: 'accept', reason }, 'requester'),
      await decide(escalated, { option: 'accept', reason }, 'admin'),
      await decide(escalated, { option: 'accept' }),
      await decide(escalated, { option: 'accept', reason: 'fine' }),
    ];
    expect(refusals.map(({ status, body }) => [status, body['code']])).toEqual([
      [403, 'not_allowed'],
      [403, 'not_allowed'],
      [400, 'reason_missing'],
      [400, 'reason_missing'],
    ]);

    const accepted = await decide(escalated, { option: 'accept', reason });
    expect([accepted.status, accepted.body['option'], accepted.body['code']]).toEqual([
      200,
      'accept',
      undefined,
    ]);
    const { decided_by } = accepted.body;
    const waiver = {
      code: 'evaluated_code',
      file: 'src/sum.mjs',
      tree: escalation.change.tree,
      accepted_by: decided_by,
      reason,
    };
    const landing = await approvalOf(requestId, 'landing_approval');
    expect(landing['landing'].verdict).toMatchObject({
      approved: true,
      tree: waiver.tree,
      findings: [{ code: 'evaluated_code' }],
      reasons: [expect.stringContaining(`accepted by ${decided_by}: ${reason}`)],
      waivers: [waiver],
    });
    await decide(landing, { decision: 'approved' });

    expect(await ended(requestId)).toMatchObject({ state: 'completed', error: null });
    expect(git(repository, 'rev-parse', 'refs/heads/main^{tree}')).toBe(waiver.tree);
    const { body: workflow } = await call(
      platform,
      'viewer',
      'GET',
      `/api/v1/workflows/${escalated['workflow_id']}`,
    );
    // The producer got no further task: three attempts, and one more examination of the last one.
    const attempts = (workflow['steps'] as Body[]).map(({ step_id, attempts: tries }) => [step_id, tries]);
    expect(Object.fromEntries(attempts)).toMatchObject({ code: 3, test: 3, validate: 4 });

    const types = (await timelineOf(platform, requestId)).map(({ type }) => type);
    expect(types).toContain('coordinator.approval.decided.v2');
    expect(types).toContain('orchestrator.gate.closed.v2');
    await eventually(async () =>
      expect((await audited(escalated['approval_id'])).map(({ type, data }) => [type, data])).toContainEqual([
        'coordinator.approval.decided.v2',
        expect.objectContaining({
          option: 'accept',
          decided_by,
          reason,
          waivers: [expect.objectContaining(waiver)],
        }),
      ]),
    );
  });

  it('is refused when one of them is critical', async () => {
    const { request, repository } = await journey('leaking');
    const escalated = await approvalOf(request['request_id'], 'escalation');
    expect(escalated['escalation'].options).toEqual(['retry', 'take_over', 'abandon']);
    const { status, body } = await decide(escalated, { option: 'accept', reason });
    expect([status, body['code']]).toEqual([403, 'finding_not_waivable']);
    expect(body['detail']).toContain('(src/key.mjs:1)');
    await decide(escalated, { option: 'abandon' });
    expect(await ended(request['request_id'])).toMatchObject({ error: { code: 'rework_exhausted' } });
    expect(git(repository, 'log', '--format=%s', 'refs/heads/main')).toBe('The project');
  });

  it('does not happen when the demo has no terminal to ask on', async () => {
    const { code, json } = await demonstrated.then((end) => ({ code: end.code, json: end.json() }));
    expect(code).not.toBe(0);
    expect(json).toMatchObject({
      state: 'failed',
      commit: null,
      error: { code: 'rework_exhausted' },
    });
    expect((json['approvals'] as Body[]).at(-1)).toMatchObject({
      kind: 'escalation',
      option: 'abandon',
      by_policy: true,
    });
  });
});
