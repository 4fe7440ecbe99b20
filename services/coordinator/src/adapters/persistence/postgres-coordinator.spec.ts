import { uuidv7 } from '@ymera/kernel';
import { createDatabase, type Database, PostgresUnitOfWork } from '@ymera/persistence';
import { eventually, FakeClock, testDatabase, type TestDatabase } from '@ymera/testing';
import { ProjectGates } from '../../application/project-gates';
import { coordinatorStoresSuite, newRequest } from '../../testing/coordinator-stores.contract';
import { coordinatorStores } from './coordinator-stores';
import { migrations } from './migrations';

describe('the coordinator’s stores in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase({ service: 'coordinator', migrations });
    database = await createDatabase({ url: test.url, schema: test.schema, poolSize: 5, migrations });
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const open = () => new PostgresUnitOfWork(database, { service: 'coordinator' }, coordinatorStores);

  const waitingForLocks = async (): Promise<number> => {
    const [row] = await database.sql.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row?.waiting ?? 0;
  };

  coordinatorStoresSuite(open);

  it('voids the approval of a gate that closes before its opening is committed', async () => {
    const request = newRequest();
    await open().run((tx) => tx.requests.insert(request, undefined));
    const gate = {
      gate_id: uuidv7(),
      workflow_id: request.workflowId ?? '',
      request_id: request.requestId,
      project_id: request.projectId,
      step_id: 'approve_plan',
    };
    const gates = new ProjectGates(open(), new FakeClock('2026-01-01T00:00:00Z'), { next: () => uuidv7() });
    const both = await database.withConnection(async (blocker) => {
      // The approval refers to this row, so its insertion waits: the gate does not look closed yet, and nothing is committed.
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM requests WHERE request_id = $1 FOR UPDATE', [request.requestId]);
      const opening = gates.opened(uuidv7(), {
        ...gate,
        kind: 'plan_approval',
        subject_digest: `sha256:${'1'.repeat(64)}`,
        expires_at: '2026-01-01T01:00:00Z',
      });
      await eventually(async () => expect(await waitingForLocks()).toBe(1));
      const closing = gates.closed(uuidv7(), { ...gate, outcome: 'voided' });
      await Promise.race([closing, eventually(async () => expect(await waitingForLocks()).toBe(2))]);
      await blocker.query('COMMIT');
      return [opening, closing];
    });
    await Promise.all(both);
    expect(await open().run((tx) => tx.approvals.findByGate(gate.gate_id))).toMatchObject({
      state: 'voided',
    });
  });

  it('returns the request that a concurrent transaction stores under the same idempotency key', async () => {
    const [first, second] = [newRequest(), newRequest()];
    const idempotency = { key: uuidv7(), requestDigest: 'sha256:1' };
    const { waiting } = await open().run(async (tx) => {
      await tx.requests.insert(first, idempotency);
      const inserting = open().run((other) => other.requests.insert(second, idempotency));
      await eventually(async () => expect(await waitingForLocks()).toBe(1));
      return { waiting: inserting };
    });
    expect(await waiting).toEqual({ request: first, requestDigest: 'sha256:1' });
  });

  it('rejects an approval by the requester with a database check', async () => {
    const approve = database.sql.query(
      `INSERT INTO approvals (approval_id, gate_id, request_id, workflow_id, kind, subject_digest, requested_by, expires_at, state, decided_by, version)
       SELECT gen_random_uuid(), gen_random_uuid(), request_id, gen_random_uuid(), 'plan_approval', 'd', 'ada', now(), 'approved', 'ada', 1 FROM requests LIMIT 1`,
    );
    await expect(approve).rejects.toThrow(/check/);
  });

  it('migrate down and up again', async () => {
    await database.migrateDown(6);
    await database.migrateUp();
    expect(await database.sql.query('SELECT 1 FROM requests')).toEqual([]);
  });
});
