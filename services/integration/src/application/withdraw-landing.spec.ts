import { changeLanded, landingRefused } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  admin,
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  withdrawalOf,
  type Withdrawal,
} from '../testing/integration-environment';

// Each git command is a process.
jest.setTimeout(30_000);

describe('WithdrawLanding (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;
  let change: Change;

  const proposed = (file: string) =>
    environment.committed(createCommitOrder(base, source.propose((at) => at.write(file, `${file}\n`)).patch));
  const head = () => environment.repositories.head('sample', 'main');
  const land = (of: Change, id = uuidv7()) => environment.land.execute(id, landOrder(of));
  const withdraw = (over: Partial<Withdrawal> = {}, id = uuidv7()) =>
    environment.withdraw.execute(id, withdrawalOf(change, over));
  const refusals = () =>
    environment.memory.outbox.payloads(landingRefused).map(({ change_id, error }) => [change_id, error.code]);
  const landings = () => environment.memory.outbox.payloads(changeLanded).map(({ change_id }) => change_id);

  beforeAll(() => {
    source = sampleSource();
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    environment = new IntegrationEnvironment();
    base = await environment.registered(source);
    change = await proposed('a');
    environment.memory.outbox.messages.length = 0;
  });
  afterEach(() => environment.remove());

  it('refuses a waiting order at once during a pause, and no other order', async () => {
    const other = await proposed('b');
    environment.memory.outbox.messages.length = 0;
    await environment.pauses.pause(admin, 'A release is being cut.');
    await land(change);
    await land(other);
    await withdraw();
    expect(refusals()).toEqual([[change.changeId, 'landing_withdrawn']]);
    expect((await environment.pauses.state()).waiting).toBe(1);
    await environment.pauses.resume(admin, 'It is out.');
    await environment.landWaiting.execute();
    expect(landings()).toEqual([other.changeId]);
    expect(await head()).toBe(other.commit);
  });

  it('refuses a later order, paused or not', async () => {
    await withdraw();
    expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'landing_withdrawn' } });
    await environment.pauses.pause(admin, 'A release is being cut.');
    expect(await land(change)).toMatchObject({ kind: 'refused' });
    expect((await environment.pauses.state()).waiting).toBe(0);
    expect(await head()).toBe(base);
  });

  it('answers change.landed for a landed change', async () => {
    await land(change);
    expect(await withdraw()).toMatchObject({ kind: 'landed' });
    expect(landings()).toEqual([change.changeId, change.changeId]);
    expect(refusals()).toEqual([]);
  });

  it('answers change.landed for a commit on the branch whose landing was not recorded', async () => {
    const id = uuidv7();
    environment.diesBeforeCommit = true;
    await expect(land(change, id)).rejects.toThrow('died');
    environment.diesBeforeCommit = false;
    expect(await withdraw()).toMatchObject({ kind: 'landed' });
    expect(await land(change, id)).toMatchObject({ kind: 'landed' });
    expect(refusals()).toEqual([]);
    expect(environment.memory.state.changes.get(change.changeId)?.state).toBe('landed');
  });

  it('waits for a landing whose session died while git moves the branch, and answers change.landed', async () => {
    const landing = await environment.landingOfDeadSession(landOrder(change));
    const answer = withdraw();
    // Transactions run one after the other: a withdrawal that did not wait for its turn would end with this one.
    await environment.pauses.state();
    landing.release();
    await expect(landing.ended).rejects.toThrow('session died');
    expect(await answer).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(change.commit);
    expect(refusals()).toEqual([]);
  });

  it('handles a redelivered message once and answers a repeated order again', async () => {
    const id = uuidv7();
    await withdraw({}, id);
    expect(await withdraw({}, id)).toBeUndefined();
    await withdraw({ canceled_by: 'grace' });
    expect(refusals()).toHaveLength(2);
    expect(environment.memory.outbox.messages.map(({ aggregateVersion }) => aggregateVersion)).toEqual([
      2, 3,
    ]);
    expect(environment.memory.state.changes.get(change.changeId)?.withdrawnBy).toBe('ada');
  });

  it('ignores a change of another workflow', async () => {
    await withdraw({ workflow_id: uuidv7() });
    expect(refusals()).toEqual([[change.changeId, 'change_unknown']]);
    expect(await land(change)).toMatchObject({ kind: 'landed' });
  });

  it('answers for an unknown project too', async () => {
    await withdraw({ project_id: 'unknown' });
    expect(refusals()).toEqual([[change.changeId, 'project_not_found']]);
  });
});
