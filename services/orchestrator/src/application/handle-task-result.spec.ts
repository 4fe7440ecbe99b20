import { resultAccepted, resultRefused } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, enhancePlan, planOf, review } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('HandleTaskResult', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('answers a repeated result again, and applies it once', async () => {
    await environment.joinAll();
    await environment.start(definitionOf(enhancePlan));
    const first = environment.lastTask();
    await environment.end(first);
    await environment.end(first);
    expect(environment.unitOfWork.outbox.payloads(resultAccepted)).toHaveLength(2);
    expect(environment.tasks().filter(({ type }) => type === 'enhance')).toHaveLength(1);
  });

  it('refuses a result for an unknown task', async () => {
    await environment.joinAll();
    await environment.start(reviewOnly);
    await environment.end({ ...environment.lastTask(), task_id: secondId });
    expect(environment.unitOfWork.outbox.payloads(resultRefused)[0]?.error.code).toBe('unknown_task');
    expect(environment.refused).toEqual(['unknown_task']);
  });

  it('refuses a result from a principal that does not own the attempt, and answers that principal', async () => {
    await environment.joinAll();
    await environment.start(reviewOnly);
    await environment.end(environment.lastTask(), {}, 'intruder');
    const [refusal] = environment.unitOfWork.outbox.messages.filter(
      ({ contract }) => contract === resultRefused,
    );
    expect(refusal).toMatchObject({ principalId: 'intruder' });
    expect(environment.refused).toEqual(['not_holder']);
    expect((await environment.stepOf('review')).state).toBe('dispatched');
  });
});
