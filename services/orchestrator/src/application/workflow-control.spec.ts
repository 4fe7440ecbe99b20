import { withdrawLanding } from '@ymera/contracts';
import { withdrawnFrom } from '../testing/integration-answers';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base, definitionOf, enhancePlan, gatedPlan, planOf, review, workflowId } from '../testing/plans';
import { approvingVerdict, passedTests } from '../testing/workflow-scenario';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('WorkflowControl', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('decides a gate once, for exactly its subject, and stores every decision', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(gatedPlan));
    const [gate] = [...environment.unitOfWork.state.gates.values()];
    const decide = (subject_digest: string) =>
      environment.control.resolveGate(environment.id(), {
        gate_id: gate?.gate_id ?? '',
        workflow_id: workflowId,
        subject_digest,
        decision: 'approved',
        approval_id: secondId,
        decided_by: 'grace',
      });
    await decide(`sha256:${'0'.repeat(64)}`);
    expect(environment.tasks()).toHaveLength(0);
    await decide(gate?.subject_digest ?? '');
    await decide(gate?.subject_digest ?? '');
    await environment.settle();
    expect(environment.tasks()).toHaveLength(1);
    expect(environment.unitOfWork.state.decisions).toHaveLength(3);
    expect([...environment.unitOfWork.state.gates.values()][0]?.outcome).toBe('approved');
  });

  it('withdraws a landing in progress of a canceled workflow, and ends it with the answer', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(enhancePlan));
    await environment.end(environment.lastTask(), { findings: [] });
    await environment.end(environment.lastTask(), { change: { base, patch: 'diff' } });
    await environment.recordCommit();
    await environment.end(environment.lastTask(), { tests: passedTests(), metrics: { tool_ms: 800 } });
    await environment.end(environment.lastTask(), { verdict: approvingVerdict() });
    await environment.control.cancel(environment.id(), {
      workflow_id: workflowId,
      canceled_by: 'ada',
      reason: 'No.',
    });
    const [withdrawal] = environment.unitOfWork.outbox.payloads(withdrawLanding);
    if (!withdrawal) throw new Error('nothing was withdrawn');
    expect(withdrawal).toMatchObject({ step_id: 'integrate', canceled_by: 'ada', reason: 'No.' });
    await environment.integration.landingRefused(environment.id(), withdrawnFrom(withdrawal));
    await environment.settle();
    const view = await environment.reading.one(workflowId);
    expect(view.ok && view.value.state).toBe('canceled');
  });

  it('has a command redelivered that overtakes the order it is about', async () => {
    const early = environment.id();
    const order = { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' };
    await expect(environment.control.cancel(early, order)).rejects.toMatchObject({
      failure: { code: 'workflow_not_found', retryable: true },
    });
    await environment.start(reviewOnly);
    await environment.control.cancel(early, order);
    const view = await environment.reading.one(workflowId);
    expect(view.ok && view.value.state).toBe('canceled');
  });
});
