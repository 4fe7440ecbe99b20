import {
  approvalDecided,
  approvalRequested,
  findingDigest,
  getProject,
  requestPlanned,
  requestQuestioned,
  resolveGate,
  startWorkflow,
} from '@ymera/contracts';
import { err, failure, ok } from '@ymera/kernel';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { emptyState, inMemoryStores } from '../testing/in-memory-stores';
import { DecideApproval } from './decide-approval';
import { ProjectGates } from './project-gates';
import { HandleWorkflowEnd } from './handle-workflow-end';
import type { Directory } from './ports';
import { SubmitRequest } from './submit-request';

const id = (number: number): string => `01936d00-0000-7000-8000-${String(number).padStart(12, '0')}`;
const oid = '0123456789abcdef0123456789abcdef01234567';
const ada = { name: 'ada', roles: ['operator'] };
const grace = { name: 'grace', roles: ['approver'] };
const subject = `sha256:${'1'.repeat(64)}`;

function setUp(directory: Partial<Directory> = {}) {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
  let next = 0;
  const ids = { next: () => id((next += 1)) };
  const submitting = {
    unitOfWork,
    clock,
    ids,
    limits: { taskTimeoutS: 600, gateExpiryS: 3600, budgetS: 7200 },
    traceId: () => 'f'.repeat(32),
    checkAfterMs: 60_000,
    directory: {
      project: (projectId: string) =>
        Promise.resolve(
          ok({
            project_id: projectId,
            name: projectId,
            repository: '/srv/p.git',
            default_branch: 'main',
            head: oid,
            commands: { test: 'node --test' },
            performance: {},
            created_at: '2026-01-01T00:00:00Z',
            workspace_url: 'http://127.0.0.1/git/p.git',
          }),
        ),
      proposeRevert: () => Promise.reject(new Error('not asked for')),
      hasAgentOf: () => Promise.resolve(ok(true)),
      workflow: () => Promise.reject(new Error('not asked for')),
      ...directory,
    } satisfies Directory,
  };
  const submit = new SubmitRequest(submitting);
  const { outbox } = unitOfWork;
  return { clock, unitOfWork, submit, gates: new ProjectGates(unitOfWork, clock, ids), outbox };
}

const { replySample: project } = getProject;

const improve = { project_id: 'sample', text: 'Improve the performance of this algorithm', actor: ada };

describe('SubmitRequest', () => {
  it.each([
    ['Add unit tests for sum', ['code', 'integrate']],
    ['Run the tests', []],
  ])(
    'plans a step that writes tests only when the request asks for new tests: %s',
    async (text, changing) => {
      const { submit } = setUp();
      const submitted = await submit.execute({ ...improve, text });
      const { intent, plan } = submitted.ok ? submitted.value : { intent: null, plan: null };
      const ids = (plan?.steps ?? []).map(({ step_id }) => step_id);
      expect([intent, ids.filter((id) => id === 'code' || id === 'integrate')]).toEqual(['TEST', changing]);
    },
  );

  it('plans the request and orders a workflow bound to the digest of the plan', async () => {
    const { submit, outbox } = setUp();
    const request = await submit.execute(improve);
    expect(request).toMatchObject({ ok: true, value: { intent: 'ENHANCE', state: 'running' } });
    const [planned] = outbox.payloads(requestPlanned);
    const [order] = outbox.payloads(startWorkflow);
    expect(order?.plan).toEqual(planned?.plan);
    expect(order?.plan_digest).toBe(planned?.plan_digest);
    expect(order?.base).toBe(oid);
  });

  it('plans on the base commit that integration returns and keeps its notes', async () => {
    const base = 'c'.repeat(40);
    const note = 'The plan works on a merge.';
    const { submit, outbox } = setUp({
      project: () => Promise.resolve(ok({ ...project, base, notes: [note] })),
    });
    expect(await submit.execute(improve)).toMatchObject({ value: { notes: [note] } });
    expect(outbox.payloads(startWorkflow)).toMatchObject([{ base }]);
    expect(outbox.payloads(requestPlanned)).toMatchObject([{ notes: [note] }]);
  });

  it.each(['', ' \n\t'])('rejects a blank text (%j)', async (text) => {
    expect(await setUp().submit.execute({ ...improve, text })).toMatchObject({
      error: { code: 'request_empty' },
    });
  });

  it('asks a question about an unclear text and plans with the answer', async () => {
    const { submit, outbox } = setUp();
    const asked = await submit.execute({ ...improve, text: 'the thing' });
    expect(asked).toMatchObject({ ok: true, value: { state: 'input_required' } });
    expect(outbox.payloads(requestQuestioned)).toHaveLength(1);
    expect(outbox.payloads(startWorkflow)).toHaveLength(0);
    if (!asked.ok) return;
    expect(await submit.answer(asked.value.requestId, 'make it faster')).toMatchObject({
      ok: true,
      value: { intent: 'ENHANCE', state: 'running' },
    });
    expect(outbox.payloads(startWorkflow)).toHaveLength(1);
    expect(await submit.answer(asked.value.requestId, 'again')).toMatchObject({
      error: { code: 'no_open_question' },
    });
  });

  it('asks again and publishes the question when the answer is unclear too', async () => {
    const { submit, outbox } = setUp();
    const asked = await submit.execute({ ...improve, text: 'the thing' });
    if (!asked.ok) throw new Error('unexpected');
    const again = await submit.answer(asked.value.requestId, 'that one');
    expect(again).toMatchObject({ value: { state: 'input_required', version: 2 } });
    const { question } = asked.value;
    expect(outbox.payloads(requestQuestioned)).toMatchObject([
      { text: 'the thing', question },
      { text: 'the thing\nthat one', question },
    ]);
    expect(outbox.payloads(startWorkflow)).toEqual([]);
  });

  it('refuses an idempotency key that was used for a different request', async () => {
    const { submit } = setUp();
    await submit.execute({ ...improve, idempotency_key: 'reused' });
    const other = { ...improve, text: 'Fix the crash in src/a.js', idempotency_key: 'reused' };
    expect(await submit.execute(other)).toMatchObject({
      ok: false,
      error: { code: 'idempotency_key_reused' },
    });
  });

  it('starts one workflow for the same idempotency key', async () => {
    const { submit, outbox } = setUp();
    const first = await submit.execute({ ...improve, idempotency_key: 'k' });
    const second = await submit.execute({ ...improve, idempotency_key: 'k' });
    expect(second).toEqual(first);
    expect(outbox.payloads(startWorkflow)).toHaveLength(1);
  });

  it.each(['Improve the performance of this algorithm', 'the thing'])(
    'returns one request to two concurrent calls with the same idempotency key (%s)',
    async (text) => {
      const { submit, outbox } = setUp();
      const submission = { ...improve, text, idempotency_key: 'k' };
      const [first, second] = await Promise.all([submit.execute(submission), submit.execute(submission)]);
      expect(first).toMatchObject({ ok: true });
      expect(second).toEqual(first);
      expect([...outbox.payloads(requestPlanned), ...outbox.payloads(requestQuestioned)]).toHaveLength(1);
    },
  );

  it('starts no workflow when the plan needs an unregistered agent type', async () => {
    const { submit, outbox } = setUp({ hasAgentOf: (type) => Promise.resolve(ok(type !== 'ENHANCEMENT')) });
    expect(await submit.execute(improve)).toMatchObject({ error: { code: 'agent_unavailable' } });
    expect(outbox.payloads(startWorkflow)).toHaveLength(0);
  });

  it('returns the error of an unknown project', async () => {
    const { submit } = setUp({
      project: () => Promise.resolve(err(failure('not_found', 'project_not_found', 'x'))),
    });
    expect(await submit.execute(improve)).toMatchObject({ error: { code: 'project_not_found' } });
  });
});

describe('ProjectGates and DecideApproval', () => {
  const open = async (fixture: ReturnType<typeof setUp>) => {
    const request = await fixture.submit.execute(improve);
    if (!request.ok) throw new Error('unexpected');
    const gate = {
      gate_id: id(900),
      workflow_id: request.value.workflowId ?? '',
      request_id: request.value.requestId,
      project_id: 'sample',
      step_id: 'approve_plan',
      kind: 'plan_approval' as const,
      subject_digest: subject,
      expires_at: '2026-01-01T01:00:00Z',
    };
    return { gate, decide: new DecideApproval(fixture.unitOfWork, fixture.clock) };
  };
  const only = (fixture: ReturnType<typeof setUp>) => {
    const [approval] = [...fixture.unitOfWork.state.approvals.values()];
    if (!approval) throw new Error('no approval');
    return approval;
  };

  it('requires another approver than the requester and resolves the gate once', async () => {
    const fixture = setUp();
    const { gate, decide } = await open(fixture);
    await fixture.gates.opened(id(1001), gate);
    await fixture.gates.opened(id(1001), gate);
    expect(fixture.outbox.payloads(approvalRequested)).toHaveLength(1);
    const decision = {
      approval_id: only(fixture).approvalId,
      subject_digest: subject,
      decision: 'approved' as const,
    };
    expect(await decide.execute({ ...decision, actor: { ...ada, roles: ['approver'] } })).toMatchObject({
      error: { code: 'self_approval' },
    });
    expect(fixture.outbox.payloads(resolveGate)).toHaveLength(0);
    await decide.execute({ ...decision, actor: grace });
    await decide.execute({ ...decision, actor: grace });
    expect(fixture.outbox.payloads(resolveGate)).toMatchObject([
      { decision: 'approved', subject_digest: subject, decided_by: 'grace' },
    ]);
  });

  it('publishes the waived findings, the approver and the reason when findings are accepted', async () => {
    const fixture = setUp();
    const { gate, decide } = await open(fixture);
    const finding = { code: 'x', severity: 'high', message: 'Slow.', file: 'a.js', waivable: true } as const;
    await fixture.gates.opened(id(1001), {
      ...gate,
      kind: 'escalation',
      escalation: {
        step_id: 'validate',
        escalation: 1,
        rounds: 2,
        error: { code: 'verdict_rejected', message: 'Slow.', retryable: false },
        findings: [finding, { code: 'y', severity: 'medium', message: 'Large.' }],
        change: { change_id: id(77), base: oid, commit: oid, tree: oid },
      },
    });
    const accept = {
      approval_id: only(fixture).approvalId,
      subject_digest: subject,
      option: 'accept' as const,
      reason: 'It is within the noise.',
      actor: grace,
    };
    expect(await decide.execute({ ...accept, reason: 'ok' })).toMatchObject({
      error: { code: 'reason_missing' },
    });
    expect(fixture.outbox.payloads(approvalDecided)).toEqual([]);
    await decide.execute(accept);
    const decided = { option: 'accept', decided_by: 'grace', reason: accept.reason };
    const [published, ...others] = fixture.outbox.payloads(approvalDecided);
    expect(others).toEqual([]);
    expect(published).toMatchObject({
      ...decided,
      waivers: [
        {
          code: 'x',
          file: 'a.js',
          digest: findingDigest(finding),
          tree: oid,
          accepted_by: 'grace',
          reason: accept.reason,
          accepted_at: fixture.clock.now().toISOString(),
        },
      ],
    });
    expect(fixture.outbox.payloads(resolveGate)).toMatchObject([
      { ...decided, decided_at: fixture.clock.now().toISOString() },
    ]);
  });

  it('denies an approval that expires without a decision', async () => {
    const fixture = setUp();
    const { gate } = await open(fixture);
    await fixture.gates.opened(id(1001), gate);
    expect(await fixture.gates.expireOverdue()).toBe(0);
    fixture.clock.set('2026-01-01T01:00:00Z');
    expect(await fixture.gates.expireOverdue()).toBe(1);
    expect(fixture.outbox.payloads(resolveGate)).toMatchObject([{ decision: 'denied' }]);
  });

  it('ignores a gate whose close event arrives before its open event', async () => {
    const fixture = setUp();
    const { gate } = await open(fixture);
    const { workflow_id, request_id, project_id, gate_id, step_id } = gate;
    await fixture.gates.closed(id(1002), {
      workflow_id,
      request_id,
      project_id,
      gate_id,
      step_id,
      outcome: 'voided',
    });
    await fixture.gates.opened(id(1001), gate);
    expect(fixture.unitOfWork.state.approvals.size).toBe(0);
  });
});

describe('HandleWorkflowEnd', () => {
  it('ends the request of a workflow once; the first final state counts', async () => {
    const fixture = setUp();
    const request = await fixture.submit.execute(improve);
    if (!request.ok) throw new Error('unexpected');
    const { requestId } = request.value;
    const workflows = new HandleWorkflowEnd(fixture.unitOfWork, fixture.clock);
    const error = { code: 'agent_failed', message: 'x', retryable: false };
    await workflows.ended(id(2001), { requestId, state: 'failed', error });
    await workflows.ended(id(2002), { requestId, state: 'completed' });
    expect(fixture.unitOfWork.state.requests.get(requestId)).toMatchObject({ state: 'failed', error });
    expect(await workflows.cancel(requestId, 'ada', 'x')).toMatchObject({ error: { code: 'request_ended' } });
  });

  it('publishes who canceled a request that has an open question and no workflow', async () => {
    const fixture = setUp();
    const request = await fixture.submit.execute({ ...improve, text: 'Do it' });
    if (!request.ok) throw new Error('unexpected');
    expect(request.value.state).toBe('input_required');
    await new HandleWorkflowEnd(fixture.unitOfWork, fixture.clock).cancel(
      request.value.requestId,
      'ada',
      'x',
    );
    expect(fixture.unitOfWork.outbox.messages.at(-1)?.payload).toMatchObject({
      state: 'canceled',
      canceled_by: 'ada',
    });
  });
});
