import { cancelWorkflow, getWorkflow, requestEnded, startWorkflow, type ReplyOf } from '@ymera/contracts';
import { err, failure, ok, silentLogger } from '@ymera/kernel';
import { newRequest } from '../testing/coordinator-stores.contract';
import {
  checkAfterMs,
  fixtureId as id,
  missingWorkflow as missing,
  submissionFixture,
  type WorkflowAnswer,
} from '../testing/submission-fixture';
import { HandleWorkflowEnd } from './handle-workflow-end';
import { ProjectGates } from './project-gates';
import { ReconcileRequests } from './reconcile-requests';

const policy = { checkAfterMs, confirmedCheckMs: 600_000, maxRestarts: 3 };

function setUp() {
  const fixture = submissionFixture();
  const { unitOfWork, directory, clock, submit } = fixture;
  const reconciling = new ReconcileRequests({ unitOfWork, directory, clock, logger: silentLogger, policy });
  const pass = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await reconciling.execute();
  };
  const submitted = async () => {
    const request = await submit.execute({
      project_id: 'sample',
      text: 'Improve the performance of this algorithm',
      actor: { name: 'ada', roles: ['operator'] },
    });
    if (!request.ok || request.value.workflowId === null) throw new Error('not accepted');
    return { ...request.value, workflowId: request.value.workflowId };
  };
  const requestOf = (requestId: string) => unitOfWork.state.requests.get(requestId);
  const workflow = (change: Partial<ReplyOf<typeof getWorkflow>>): WorkflowAnswer =>
    ok({ ...(getWorkflow.replySample as ReplyOf<typeof getWorkflow>), ...change });
  return { ...fixture, pass, submitted, requestOf, workflow };
}

describe('a request whose order to start was lost', () => {
  it('is ordered again under the same workflow id, in the same words', async () => {
    const { pass, submitted, outbox, requestOf } = setUp();
    const { requestId } = await submitted();
    await pass(59_999);
    expect(outbox.payloads(startWorkflow)).toHaveLength(1);
    await pass(1);
    const [first, second] = outbox.payloads(startWorkflow);
    expect(second).toEqual(first);
    expect(requestOf(requestId)?.state).toBe('running');
  });

  it('fails with a clear code when the orders come to nothing, a bounded number of times', async () => {
    const { pass, submitted, outbox, requestOf, asked } = setUp();
    const { requestId } = await submitted();
    for (let minute = 0; minute < 10; minute += 1) await pass(60_000);
    expect(outbox.payloads(startWorkflow)).toHaveLength(1 + policy.maxRestarts);
    expect(asked).toHaveLength(1 + policy.maxRestarts);
    expect(requestOf(requestId)).toMatchObject({
      state: 'failed',
      error: { code: 'workflow_not_started', fault: 'platform' },
    });
    expect(outbox.payloads(requestEnded)).toMatchObject([{ request_id: requestId, state: 'failed' }]);
  });

  it('goes on when a later order is taken, and is asked about less often then', async () => {
    const { pass, submitted, outbox, orchestrator, workflow, asked, requestOf } = setUp();
    const { requestId } = await submitted();
    await pass(60_000);
    orchestrator.answer = workflow({ state: 'running' });
    for (let minute = 0; minute < 10; minute += 1) await pass(60_000);
    expect(outbox.payloads(startWorkflow)).toHaveLength(2);
    expect(asked).toHaveLength(2);
    expect(requestOf(requestId)?.state).toBe('running');
  });

  it('is not given up while the orchestrator does not answer', async () => {
    const { pass, submitted, outbox, orchestrator, requestOf } = setUp();
    const { requestId } = await submitted();
    orchestrator.answer = err(failure('timeout', 'query_timeout', 'No answer.'));
    for (let minute = 0; minute < 60; minute += 1) await pass(60_000);
    expect(outbox.payloads(startWorkflow)).toHaveLength(1);
    expect(requestOf(requestId)?.state).toBe('running');
  });

  it('of a coordinator of before, which kept no order, fails instead of running for ever', async () => {
    const { pass, unitOfWork, requestOf, outbox } = setUp();
    const request = newRequest();
    await unitOfWork.run((tx) => tx.requests.insert(request, undefined));
    await pass(60_000);
    expect(outbox.payloads(startWorkflow)).toEqual([]);
    expect(requestOf(request.requestId)?.error?.code).toBe('workflow_not_started');
  });

  it('has its workflow canceled when that starts after the request was given up', async () => {
    const { pass, submitted, outbox, unitOfWork, clock, ids } = setUp();
    const { requestId, workflowId } = await submitted();
    for (let minute = 0; minute < 5; minute += 1) await pass(60_000);
    await new ProjectGates(unitOfWork, clock, ids).opened(id(900), {
      gate_id: id(901),
      workflow_id: workflowId,
      request_id: requestId,
      project_id: 'sample',
      step_id: 'approve_plan',
      kind: 'plan_approval',
      subject_digest: `sha256:${'1'.repeat(64)}`,
      expires_at: '2026-01-02T00:00:00Z',
    });
    expect(outbox.payloads(cancelWorkflow)).toMatchObject([
      { workflow_id: workflowId, canceled_by: 'platform' },
    ]);
  });
});

describe('a request whose workflow has ended unheard', () => {
  const error = { code: 'tests_failed', message: '1 of 4 failed.', retryable: false };

  it.each(['completed', 'failed', 'canceled'] as const)('is %s as well, once', async (state) => {
    const { pass, submitted, outbox, orchestrator, workflow, requestOf, unitOfWork, clock } = setUp();
    const { requestId } = await submitted();
    orchestrator.answer = workflow({ state, error: state === 'failed' ? error : null });
    await pass(60_000);
    expect(requestOf(requestId)).toMatchObject({ state, error: state === 'failed' ? error : null });
    await new HandleWorkflowEnd(unitOfWork, clock).ended(id(900), { requestId, state });
    await pass(600_000);
    expect(outbox.payloads(requestEnded)).toHaveLength(1);
  });

  it('is never started again once the orchestrator has had its workflow', async () => {
    const { pass, submitted, outbox, orchestrator, workflow, requestOf } = setUp();
    const { requestId } = await submitted();
    orchestrator.answer = workflow({ state: 'running' });
    await pass(60_000);
    orchestrator.answer = missing;
    await pass(600_000);
    expect(outbox.payloads(startWorkflow)).toHaveLength(1);
    expect(requestOf(requestId)).toMatchObject({ state: 'failed', error: { code: 'workflow_not_found' } });
  });
});
