import { changeLanded, landingPaused, landingRefused, landingResumed } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import type { Change } from '../domain/change';
import { LandingControl } from './landing-control';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  admin,
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  withdrawalOf,
  type LandOrder,
} from '../testing/integration-environment';

// Each git command is a process.
jest.setTimeout(30_000);

describe('LandingControl (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;
  let change: Change;

  const proposed = (file: string) =>
    environment.committed(createCommitOrder(base, source.propose((at) => at.write(file, `${file}\n`)).patch));
  const head = () => environment.repositories.head('sample', 'main');
  const land = (order: LandOrder, id = uuidv7()) => environment.land.execute(id, order);
  const pause = () => environment.pauses.pause(admin, 'A release is being cut.');
  const resume = async () => {
    const state = await environment.pauses.resume(admin, 'It is out.');
    await environment.landWaiting.execute();
    return state;
  };
  const landings = () => environment.memory.outbox.payloads(changeLanded);

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

  it('stores orders during a pause and carries out each once at the resumption', async () => {
    await pause();
    const order = landOrder(change);
    expect(await land(order)).toEqual({ kind: 'waiting' });
    // The orchestrator repeats the order while it has no answer.
    expect(await land(order)).toEqual({ kind: 'waiting' });
    await environment.landWaiting.execute();
    expect(await head()).toBe(base);
    expect(environment.memory.outbox.payloads(landingRefused)).toEqual([]);
    await expect(environment.pauses.state()).resolves.toMatchObject({
      state: 'paused',
      changed_by: 'root',
      waiting: 1,
    });

    await expect(resume()).resolves.toMatchObject({ state: 'running' });
    expect(await head()).toBe(change.commit);
    expect(landings()).toHaveLength(1);
    expect((await environment.pauses.state()).waiting).toBe(0);
  });

  it('still reports a landed change during a pause', async () => {
    const order = landOrder(change);
    await land(order);
    await pause();
    expect(await land(order)).toMatchObject({ kind: 'landed' });
    expect(landings()).toHaveLength(2);
  });

  it('decides on waiting orders at the resumption and refuses those whose base has moved', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    await resume();
    expect(await head()).toBe(change.commit);
    expect(environment.memory.outbox.payloads(landingRefused)).toMatchObject([
      { change_id: other.changeId, error: { code: 'base_moved' } },
    ]);
  });

  it('keeps an order that fails and continues with the others', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    const { move } = environment.branches;
    let failures = 0;
    environment.branches.move = async (candidate, from) => {
      if (candidate.commit !== change.commit || failures > 0)
        return move.call(environment.branches, candidate, from);
      failures += 1;
      throw new Error('git was killed');
    };
    await resume();
    expect(await head()).toBe(other.commit);
    expect((await environment.pauses.state()).waiting).toBe(1);
    await environment.landWaiting.execute();
    expect((await environment.pauses.state()).waiting).toBe(0);
  });

  it('answers a pause only after the end of a landing whose session died while git moved the branch', async () => {
    const landing = await environment.landingOfDeadSession(landOrder(change));
    const headAtAnswer = pause().then(head);
    await eventually(async () => expect(await environment.pauses.state()).toMatchObject({ state: 'paused' }));
    const events: string[] = [];
    const again = pause().then(() => events.push('answered'));
    // Transactions run one after the other: a pause that did not wait would have been answered by now.
    await environment.pauses.state();
    landing.release();
    await landing.ended.catch(() => events.push('ended'));
    await again;
    expect(events).toEqual(['ended', 'answered']);
    expect(await headAtAnswer).toBe(change.commit);
  });

  it('pauses but answers landing_under_way while a landing does not end', async () => {
    const endless = { waitUntilIdle: () => Promise.resolve(false) };
    const pauses = new LandingControl(environment.unitOfWork, endless, environment.clock, () => undefined);
    await expect(pauses.pause(admin, 'A release is being cut.')).rejects.toMatchObject({
      failure: { kind: 'unavailable', code: 'landing_under_way', retryable: true },
    });
    expect(await land(landOrder(change))).toEqual({ kind: 'waiting' });
    expect(await head()).toBe(base);
  });

  it('continues with the next order when one was withdrawn after it was read', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    await environment.pauses.resume(admin, 'It is out.');
    // The withdrawal takes the turn between the read and the landing.
    const landed = environment.landWaiting.execute();
    const withdrawal = environment.withdraw.execute(uuidv7(), withdrawalOf(change));
    await Promise.all([landed, withdrawal]);
    expect(await head()).toBe(other.commit);
    expect(environment.memory.outbox.payloads(landingRefused)).toHaveLength(1);
    expect((await environment.pauses.state()).waiting).toBe(0);
  });

  it('publishes each change of the pause once and ignores a repeated order', async () => {
    await pause();
    await expect(environment.pauses.pause({ name: 'ada', roles: [] }, 'Me too.')).resolves.toMatchObject({
      changed_by: 'root',
    });
    await resume();
    await resume();
    expect(environment.memory.outbox.payloads(landingPaused)).toHaveLength(1);
    expect(environment.memory.outbox.payloads(landingResumed)).toMatchObject([{ resumed_by: 'root' }]);
  });
});
