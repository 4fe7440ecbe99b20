import { getProject, getWorkflow, type ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { SubmitRequest } from '../application/submit-request';
import { emptyState, inMemoryStores } from './in-memory-stores';

export type WorkflowAnswer = Result<ReplyOf<typeof getWorkflow>>;

export const fixtureId = (number: number): string =>
  `01936d00-0000-7000-8000-${String(number).padStart(12, '0')}`;
export const checkAfterMs = 60_000;
export const missingWorkflow = err(failure('not_found', 'workflow_not_found', 'There is no such run.'));

/** Requests over in-memory stores; the other services answer as the test says. */
export function submissionFixture() {
  const clock = new FakeClock('2026-01-01T00:00:00Z');
  const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
  const asked: string[] = [];
  const orchestrator = { answer: missingWorkflow as WorkflowAnswer };
  let next = 0;
  const ids = { next: () => fixtureId((next += 1)) };
  const project = getProject.replySample;
  const directory = {
    project: () => Promise.resolve(ok(project)),
    proposeRevert: () => Promise.reject(new Error('not asked for')),
    hasAgentOf: () => Promise.resolve(ok(true)),
    workflow: (workflowId: string) => {
      asked.push(workflowId);
      return Promise.resolve(orchestrator.answer);
    },
  };
  const submit = new SubmitRequest({
    unitOfWork,
    directory,
    clock,
    ids,
    limits: { taskTimeoutS: 600, gateExpiryS: 3600, budgetS: 7200 },
    traceId: () => 'f'.repeat(32),
    checkAfterMs,
  });
  const { outbox } = unitOfWork;
  return { clock, unitOfWork, outbox, asked, orchestrator, ids, directory, submit };
}
