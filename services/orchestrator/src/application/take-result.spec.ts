import { resultAccepted, resultRefused } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, enhancePlan, planOf, review } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('results of agents', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('answers a result that arrives twice twice, and takes it once', async () => {
    await world.joinAll();
    await world.start(definitionOf(enhancePlan));
    const first = world.lastTask();
    await world.end(first);
    await world.end(first);
    expect(world.unitOfWork.outbox.payloads(resultAccepted)).toHaveLength(2);
    expect(world.tasks().filter(({ type }) => type === 'enhance')).toHaveLength(1);
  });

  it('refuses a result for a task that does not exist', async () => {
    await world.joinAll();
    await world.start(reviewOnly);
    await world.end({ ...world.lastTask(), task_id: secondId });
    expect(world.unitOfWork.outbox.payloads(resultRefused)[0]?.error.code).toBe('unknown_task');
    expect(world.refused).toEqual(['unknown_task']);
  });

  it('refuses a result from a principal that does not own the attempt, and answers that principal', async () => {
    await world.joinAll();
    await world.start(reviewOnly);
    await world.end(world.lastTask(), {}, 'intruder');
    const [refusal] = world.unitOfWork.outbox.messages.filter(({ contract }) => contract === resultRefused);
    expect(refusal).toMatchObject({ principalId: 'intruder' });
    expect(world.refused).toEqual(['not_holder']);
    expect((await world.stepOf('review')).state).toBe('dispatched');
  });
});
