import { stepChanged } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, enhancePlan, workflowId } from '../testing/plans';

describe('ReadWorkflows', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('shows for each step its state and its reasons', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(enhancePlan));
    await environment.end(environment.lastTask(), { metrics: { tool_ms: 12 } });
    expect(await environment.stepOf('review')).toMatchObject({
      state: 'completed',
      agent_id: 'reviewer-1',
      attempts: 1,
      progress: 1,
      tool_ms: 12,
      reasons: ['reviewer-1 was chosen: the only online EXAMINATION agent with a free slot.'],
    });
    expect(
      environment.unitOfWork.outbox.payloads(stepChanged).map(({ step_id, state }) => `${step_id} ${state}`),
    ).toEqual([
      'review ready',
      'review dispatched',
      'review completed',
      'enhance ready',
      'enhance dispatched',
    ]);
    const listed = await environment.reading.page({ limit: 1, state: 'running' });
    expect(listed.ok && listed.value).toMatchObject({
      next_cursor: null,
      items: [{ workflow_id: workflowId }],
    });
  });
});
