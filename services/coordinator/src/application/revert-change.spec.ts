import { getProject, proposeRevert, requestPlanned, startWorkflow } from '@ymera/contracts';
import { err, failure, ok } from '@ymera/kernel';
import { FakeClock, InMemoryUnitOfWork } from '@ymera/testing';
import { emptyState, inMemoryStores } from '../testing/in-memory-stores';
import type { Directory } from './ports';
import { RevertChange } from './revert-change';

const id = (number: number): string => `01936d00-0000-7000-8000-${String(number).padStart(12, '0')}`;
const oid = '0123456789abcdef0123456789abcdef01234567';
const ada = { name: 'ada', roles: ['operator'] };

function setUp(directory: Partial<Directory>) {
  const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
  let next = 0;
  const revert = new RevertChange({
    unitOfWork,
    clock: new FakeClock('2026-01-01T00:00:00Z'),
    ids: { next: () => id((next += 1)) },
    limits: { taskTimeoutS: 600, gateExpiryS: 3600, budgetS: 7200 },
    traceId: () => 'f'.repeat(32),
    checkAfterMs: 60_000,
    directory: {
      project: () => Promise.reject(new Error('not asked for')),
      proposeRevert: () => Promise.reject(new Error('not asked for')),
      hasAgentOf: () => Promise.resolve(ok(true)),
      workflow: () => Promise.reject(new Error('not asked for')),
      ...directory,
    },
  });
  return { revert, outbox: unitOfWork.outbox };
}

const proposal = {
  ...proposeRevert.replySample,
  project: { ...getProject.replySample, head: oid, base: oid, notes: ['A note.'] },
};

describe('RevertChange', () => {
  const change_id = id(900);
  const asked = { change_id, reason: 'It is slower.', actor: ada, idempotency_key: 'k' };

  it('creates a request whose workflow starts with the reverting change and asks a person to approve it', async () => {
    const orders: unknown[] = [];
    const { revert, outbox } = setUp({
      proposeRevert: (order) => {
        orders.push(order);
        return Promise.resolve(ok(proposal));
      },
    });
    const made = await revert.execute(asked);
    expect(made).toMatchObject({
      ok: true,
      value: {
        intent: 'INTEGRATE',
        state: 'running',
        requestedBy: 'ada',
        text: `Revert "${proposal.title}" (change ${change_id}): It is slower.`,
        notes: ['A note.'],
      },
    });
    const [run] = outbox.payloads(startWorkflow);
    const [order] = orders as { request_id: string; workflow_id: string; task_id: string }[];
    expect(run).toMatchObject({
      workflow_id: order?.workflow_id,
      request_id: order?.request_id,
      base: proposal.change.base,
      prepared: { step_id: 'revert', task_id: order?.task_id, ...proposal.change, reverts: proposal.reverts },
    });
    expect(run?.plan.steps.map((step) => (step.kind === 'gate' ? step.gate : step.step_id))).toEqual([
      'revert',
      'test',
      'validate',
      'landing_approval',
      'integrate',
    ]);
    expect(outbox.payloads(requestPlanned)).toMatchObject([
      { requested_by: 'ada', plan_digest: run?.plan_digest },
    ]);
    expect(await revert.execute(asked)).toEqual(made);
    expect([orders.length, outbox.payloads(startWorkflow).length]).toEqual([1, 1]);
  });

  it('stores nothing when integration refuses the revert or no testing agent is registered', async () => {
    const refused = err(failure('conflict', 'revert_conflict', 'a.js'));
    const { revert, outbox } = setUp({ proposeRevert: () => Promise.resolve(refused) });
    expect(await revert.execute(asked)).toEqual(refused);
    const alone = setUp({ hasAgentOf: () => Promise.resolve(ok(false)) });
    expect(await alone.revert.execute(asked)).toMatchObject({ error: { code: 'agent_unavailable' } });
    expect([...outbox.messages, ...alone.outbox.messages]).toEqual([]);
  });
});
