import { silentLogger } from '@ymera/kernel';
import { OrchestratorInMemory } from '../testing/orchestrator-in-memory';
import { definitionOf, planOf, review, workflowId } from '../testing/plans';
import { DeleteOldWorkflows } from './delete-old-workflows';

const dayMs = 86_400_000;
const runningId = '01936d00-0000-7000-8000-0000000000b2';

describe('retention of workflows', () => {
  it('deletes logs first and then the workflow, counted from its end, and keeps what runs', async () => {
    const environment = new OrchestratorInMemory();
    const { clock, unitOfWork } = environment;
    const job = new DeleteOldWorkflows(unitOfWork, clock, { workflowDays: 365, logDays: 90 }, silentLogger);
    await environment.join('reviewer-1', 'EXAMINATION');
    await environment.start(definitionOf(planOf([review])));
    const task = environment.lastTask();
    await environment.progress.logged('reviewer-1-principal', {
      agent_id: task.agent_id,
      task_id: task.task_id,
      attempt: task.attempt,
      fencing_token: task.fencing_token,
      offset: 0,
      chunk: 'output',
    });
    await environment.end(task);
    await environment.start(definitionOf(planOf([review]), { workflow_id: runningId }));
    const log = () =>
      unitOfWork.run((tx) => tx.attempts.logOf({ taskId: task.task_id, attempt: task.attempt }));
    const found = (id: string) => unitOfWork.run((tx) => tx.runs.find(id));

    clock.advance(90 * dayMs);
    await job.execute();
    expect(await log()).toBe('output');
    clock.advance(1);
    await job.execute();
    expect(await log()).toBe('');
    expect(await found(workflowId)).toBeDefined();
    clock.advance(275 * dayMs);
    await job.execute();
    expect(await found(workflowId)).toBeUndefined();
    expect(await found(runningId)).toMatchObject({ state: 'running' });
  });
});
