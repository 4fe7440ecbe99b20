import { stepChanged } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, enhancePlan, workflowId } from '../testing/plans';

describe('a run as people see it', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('shows what each step did and why', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    await world.end(world.lastTask(), { metrics: { tool_ms: 12 } });
    expect(await world.stepOf('review')).toMatchObject({
      state: 'completed',
      agent_id: 'reviewer-1',
      attempts: 1,
      progress: 1,
      tool_ms: 12,
      reasons: ['reviewer-1 was chosen: the only online EXAMINATION agent with a free slot.'],
    });
    expect(
      world.unitOfWork.outbox.payloads(stepChanged).map(({ step_id, state }) => `${step_id} ${state}`),
    ).toEqual([
      'review ready',
      'review dispatched',
      'review completed',
      'enhance ready',
      'enhance dispatched',
    ]);
    const listed = await world.reading.page({ limit: 1, state: 'running' });
    expect(listed.ok && listed.value).toMatchObject({
      next_cursor: null,
      items: [{ workflow_id: workflowId }],
    });
  });
});
