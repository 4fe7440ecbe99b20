import { withdrawLanding } from '@ymera/contracts';
import { withdrawnFrom } from '../testing/integration-answers';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { base, definitionOf, enhancePlan, gatedPlan, planOf, review, workflowId } from '../testing/plans';
import { approvingVerdict, passedTests } from '../testing/run-scenario';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('what people decide about a run', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('decides a gate once, for exactly its subject, and remembers every decision', async () => {
    await world.joinAll();
    await world.start(definitionOf(gatedPlan));
    const [gate] = [...world.unitOfWork.state.gates.values()];
    const decide = (subject_digest: string) =>
      world.steering.resolveGate(world.id(), {
        gate_id: gate?.gate_id ?? '',
        workflow_id: workflowId,
        subject_digest,
        decision: 'approved',
        approval_id: secondId,
        decided_by: 'grace',
      });
    await decide(`sha256:${'0'.repeat(64)}`);
    expect(world.tasks()).toHaveLength(0);
    await decide(gate?.subject_digest ?? '');
    await decide(gate?.subject_digest ?? '');
    await world.settle();
    expect(world.tasks()).toHaveLength(1);
    expect(world.unitOfWork.state.decisions).toHaveLength(3);
    expect([...world.unitOfWork.state.gates.values()][0]?.outcome).toBe('approved');
  });

  it('withdraws a landing under way from a run that is canceled, and ends it with the answer', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    await world.end(world.lastTask(), { findings: [] });
    await world.end(world.lastTask(), { change: { base, patch: 'diff' } });
    await world.materialise();
    await world.end(world.lastTask(), { tests: passedTests(), metrics: { tool_ms: 800 } });
    await world.end(world.lastTask(), { verdict: approvingVerdict() });
    await world.steering.cancel(world.id(), { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' });
    const [withdrawal] = world.unitOfWork.outbox.payloads(withdrawLanding);
    if (!withdrawal) throw new Error('nothing was withdrawn');
    expect(withdrawal).toMatchObject({ step_id: 'integrate', canceled_by: 'ada', reason: 'No.' });
    await world.integration.landingRefused(world.id(), withdrawnFrom(withdrawal));
    await world.settle();
    const view = await world.reading.one(workflowId);
    expect(view.ok && view.value.state).toBe('canceled');
  });

  it('has a command come again that overtakes the order it is about', async () => {
    const early = world.id();
    const order = { workflow_id: workflowId, canceled_by: 'ada', reason: 'No.' };
    await expect(world.steering.cancel(early, order)).rejects.toMatchObject({
      failure: { code: 'workflow_not_found', retryable: true },
    });
    await world.start(reviewOnly);
    await world.steering.cancel(early, order);
    const view = await world.reading.one(workflowId);
    expect(view.ok && view.value.state).toBe('canceled');
  });
});
