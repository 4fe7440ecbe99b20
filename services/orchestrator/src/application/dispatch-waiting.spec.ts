import { workflowCompleted } from '@ymera/contracts';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, workflowId } from '../testing/plans';

const secondId = '01936d00-0000-7000-8000-0000000000b2';
const reviewOnly = definitionOf(planOf([review]));

describe('DispatchWaiting', () => {
  let environment: OrchestratorInMemory;

  beforeEach(() => {
    environment = new OrchestratorInMemory();
  });

  it('keeps a step waiting until an agent comes, names the needed type, and dispatches it at once', async () => {
    await environment.start(reviewOnly);
    expect((await environment.stepOf('review')).reasons).toEqual([
      'No EXAMINATION agent can take it: none is registered.',
    ]);
    await environment.join('tester-1', 'TESTING');
    expect(environment.tasks()).toHaveLength(0);
    await environment.join('reviewer-1', 'EXAMINATION');
    expect(environment.tasks()).toHaveLength(1);
    expect((await environment.stepOf('review')).reasons.at(-1)).toContain('reviewer-1 was chosen');
  });

  it('gives an agent one task at a time, and the next to the step that waits longest', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    environment.clock.advance(10);
    await environment.start({
      ...definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
      workflow_id: secondId,
    });
    expect(environment.tasks()).toHaveLength(1);
    await environment.end(environment.lastTask());
    expect(environment.lastTask().input.workflow_id).toBe(secondId);
  });

  it('gives a freed agent its next task in the same transaction when no other step waits', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(
      definitionOf(planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }])),
    );
    environment.isDispatching = false;
    await environment.end(environment.lastTask());
    expect(environment.lastTask().input.step_id).toBe('again');
  });

  it('gives one agent only one of two steps that begin together', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(definitionOf(planOf([review, { ...review, step_id: 'beside' }])));
    expect(environment.tasks()).toHaveLength(1);
  });

  it('does not let a workflow that frees an agent overtake one that waits longer', async () => {
    const twoReviews = planOf([review, { ...review, step_id: 'again', depends_on: ['review'] }]);
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(definitionOf(twoReviews));
    environment.clock.advance(10);
    await environment.start({ ...reviewOnly, workflow_id: secondId });
    await environment.end(environment.lastTask());
    expect(environment.lastTask().input.workflow_id).toBe(secondId);
    await environment.end(environment.lastTask());
    expect(environment.lastTask().input).toMatchObject({ workflow_id: workflowId, step_id: 'again' });
  });

  it('offers the task to another agent when an offer is not answered', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.join('reviewer-2', 'EXAMINATION');
    await environment.pass(10_200);
    expect(environment.lastTask()).toMatchObject({ agent_id: 'reviewer-2', attempt: 2 });
  });

  it('does not spend a workflow’s attempts on a dead agent: it waits until the agent sends something', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    await environment.pass(55_000);
    expect(environment.tasks()).toHaveLength(1);
    expect((await environment.stepOf('review')).reasons.at(-1)).toBe(
      'No EXAMINATION agent can take it: 1 unresponsive.',
    );
    await environment.join('reviewer-1', 'EXAMINATION');
    expect(environment.tasks()).toHaveLength(2);
    await environment.end(environment.lastTask());
    expect(environment.unitOfWork.outbox.payloads(workflowCompleted)).toHaveLength(1);
  });

  it('offers work again to an agent that did not answer, after a while, even if it has sent nothing', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.pass(10_200);
    await environment.pass(59_000);
    await environment.reconcile.execute();
    expect(environment.tasks()).toHaveLength(1);
    await environment.pass(2_000);
    await environment.reconcile.execute();
    expect(environment.tasks()).toHaveLength(2);
  });

  it.each([
    ['a late result', (late: ReturnType<typeof environment.lastTask>) => environment.end(late)],
    ['late progress', (late: ReturnType<typeof environment.lastTask>) => environment.progressed(late)],
  ])('dispatches at once to an agent presumed lost that sends %s', async (_, speak) => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    const late = environment.lastTask();
    await environment.accept(late);
    await environment.pass(15_200);
    expect(environment.tasks()).toHaveLength(1);
    await speak(late);
    await environment.settle();
    expect(environment.tasks()).toHaveLength(2);
  });

  it('does not mark an agent unresponsive that has opened a session since', async () => {
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(reviewOnly);
    await environment.accept(environment.lastTask());
    environment.clock.advance(1);
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.pass(15_200);
    expect(environment.lastTask()).toMatchObject({ agent_id: 'reviewer-1', attempt: 2 });
  });
});
