import { workflowCompleted } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, workflowId } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('the dispatch of waiting steps', () => {
  let world: OrchestratorInMemory;

  beforeEach(() => {
    world = new OrchestratorInMemory();
  });

  it('keeps a step waiting until an agent comes, says for whom, and dispatches it at once', async () => {
    await world.start(reviewOnly);
    expect((await world.stepOf('review')).reasons).toEqual([
      'No EXAMINATION agent can take it: none is registered.',
    ]);
    await world.join('tester-1', 'TESTING');
    expect(world.tasks()).toHaveLength(0);
    await world.join('reviewer-1', 'EXAMINATION');
    expect(world.tasks()).toHaveLength(1);
    expect((await world.stepOf('review')).reasons.at(-1)).toContain('reviewer-1 was chosen');
  });

  it('gives an agent one task at a time, and the next to whoever waits longest', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    world.clock.advance(10);
    await world.start({
      ...definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
      workflow_id: secondId,
    });
    expect(world.tasks()).toHaveLength(1);
    await world.end(world.lastTask());
    expect(world.lastTask().input.workflow_id).toBe(secondId);
  });

  it('gives a freed agent its next task in the same transaction when nobody else waits', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(
      definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
    );
    world.isDispatching = false;
    await world.end(world.lastTask());
    expect(world.lastTask().input.step_id).toBe('again');
  });

  it('gives one agent only one of two steps that begin together', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(definitionOf(planOf([review, { ...review, step_id: 'beside' }])));
    expect(world.tasks()).toHaveLength(1);
  });

  it('does not let a run that frees an agent overtake one that waits longer', async () => {
    const twoReviews = planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }]);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(definitionOf(twoReviews));
    world.clock.advance(10);
    await world.start({ ...reviewOnly, workflow_id: secondId });
    await world.end(world.lastTask());
    expect(world.lastTask().input.workflow_id).toBe(secondId);
    await world.end(world.lastTask());
    expect(world.lastTask().input).toMatchObject({ workflow_id: workflowId, step_id: 'again' });
  });

  it('offers the task to another agent when nobody answers the offer', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.join('reviewer-2', 'EXAMINATION');
    await world.pass(10_200);
    expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2 });
  });

  it('does not wear a run out on an agent that is dead: it waits until the agent is heard of', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    await world.pass(55_000);
    expect(world.tasks()).toHaveLength(1);
    expect((await world.stepOf('review')).reasons.at(-1)).toBe('No EXAMINATION agent can take it: 1 silent.');
    await world.join('reviewer-1', 'EXAMINATION');
    expect(world.tasks()).toHaveLength(2);
    await world.end(world.lastTask());
    expect(world.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('asks an agent again that did not answer, after a while, if nothing is heard of it', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.pass(10_200);
    await world.pass(59_000);
    await world.reconcile.execute();
    expect(world.tasks()).toHaveLength(1);
    await world.pass(2_000);
    await world.reconcile.execute();
    expect(world.tasks()).toHaveLength(2);
  });

  it.each([
    ['a late result', (late: ReturnType<typeof world.lastTask>) => world.end(late)],
    ['late progress', (late: ReturnType<typeof world.lastTask>) => world.progressed(late)],
  ])('gives work again at once to an agent that was thought gone and sends %s', async (_, speak) => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    const late = world.lastTask();
    await world.accept(late);
    await world.pass(15_200);
    expect(world.tasks()).toHaveLength(1);
    await speak(late);
    await world.settle();
    expect(world.tasks()).toHaveLength(2);
  });

  it('does not take an agent to be gone that has opened a session since', async () => {
    await world.join('reviewer-1', 'EXAMINATION');
    await world.start(reviewOnly);
    await world.accept(world.lastTask());
    world.clock.advance(1);
    await world.join('reviewer-1', 'EXAMINATION');
    await world.pass(15_200);
    expect(world.lastTask()).toMatchObject({ agent_id: 'reviewer-1', attempt: 2 });
  });
});
