import { changeLanded, landingPaused, landingRefused, landingResumed } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import type { Change } from '../domain/change';
import { SteerLanding } from './steer-landing';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  admin,
  IntegrationWorld,
  landOrder,
  materialiseOrder,
  withdrawalOf,
  type LandOrder,
} from '../testing/integration-world';

// git is a process for each question.
jest.setTimeout(30_000);

describe('the brake on all landing (real git, stores in memory)', () => {
  let world: IntegrationWorld;
  let source: SourceRepository;
  let base: string;
  let change: Change;

  const proposed = (file: string) =>
    world.materialised(materialiseOrder(base, source.propose((at) => at.write(file, `${file}\n`)).patch));
  const head = () => world.repositories.head('sample', 'main');
  const land = (order: LandOrder, id = uuidv7()) => world.land.execute(id, order);
  const pause = () => world.brake.pause(admin, 'A release is being cut.');
  const resume = async () => {
    const state = await world.brake.resume(admin, 'It is out.');
    await world.landWaiting.execute();
    return state;
  };
  const landings = () => world.memory.outbox.payloads(changeLanded);

  beforeAll(() => {
    source = sampleSource();
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    world = new IntegrationWorld();
    base = await world.registered(source);
    change = await proposed('a');
    world.memory.outbox.messages.length = 0;
  });
  afterEach(() => world.remove());

  it('keeps orders until it is released, then carries them out, each once', async () => {
    await pause();
    const order = landOrder(change);
    expect(await land(order)).toEqual({ kind: 'waiting' });
    // The orchestrator asks again while it has no answer.
    expect(await land(order)).toEqual({ kind: 'waiting' });
    await world.landWaiting.execute();
    expect(await head()).toBe(base);
    expect(world.memory.outbox.payloads(landingRefused)).toEqual([]);
    await expect(world.brake.state()).resolves.toMatchObject({
      state: 'paused',
      changed_by: 'root',
      waiting: 1,
    });

    await expect(resume()).resolves.toMatchObject({ state: 'running' });
    expect(await head()).toBe(change.commit);
    expect(landings()).toHaveLength(1);
    expect((await world.brake.state()).waiting).toBe(0);
  });

  it('still says of a change that it has landed', async () => {
    const order = landOrder(change);
    await land(order);
    await pause();
    expect(await land(order)).toMatchObject({ kind: 'landed' });
    expect(landings()).toHaveLength(2);
  });

  it('decides at the release, not before: what lost its base meanwhile is refused then', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    await resume();
    expect(await head()).toBe(change.commit);
    expect(world.memory.outbox.payloads(landingRefused)).toMatchObject([
      { change_id: other.changeId, error: { code: 'base_moved' } },
    ]);
  });

  it('keeps an order that cannot be carried out now, and goes on with the others', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    const { move } = world.branches;
    let failures = 0;
    world.branches.move = async (candidate, from) => {
      if (candidate.commit !== change.commit || failures > 0)
        return move.call(world.branches, candidate, from);
      failures += 1;
      throw new Error('git was killed');
    };
    await resume();
    expect(await head()).toBe(other.commit);
    expect((await world.brake.state()).waiting).toBe(1);
    await world.landWaiting.execute();
    expect((await world.brake.state()).waiting).toBe(0);
  });

  it('is answered only when a landing has ended whose session died while git moved the branch', async () => {
    const landing = await world.landingOfDeadSession(landOrder(change));
    const headAtAnswer = pause().then(head);
    await eventually(async () => expect(await world.brake.state()).toMatchObject({ state: 'paused' }));
    const events: string[] = [];
    const again = pause().then(() => events.push('answered'));
    // Transactions go one after the other: a pause that did not wait would be answered by now.
    await world.brake.state();
    landing.release();
    await landing.ended.catch(() => events.push('ended'));
    await again;
    expect(events).toEqual(['ended', 'answered']);
    expect(await headAtAnswer).toBe(change.commit);
  });

  it('is in force, but not answered as if nothing could move, while a landing does not end', async () => {
    const endless = { haveEnded: () => Promise.resolve(false) };
    const brake = new SteerLanding(world.unitOfWork, endless, world.clock, () => undefined);
    await expect(brake.pause(admin, 'A release is being cut.')).rejects.toMatchObject({
      failure: { kind: 'unavailable', code: 'landing_under_way', retryable: true },
    });
    expect(await land(landOrder(change))).toEqual({ kind: 'waiting' });
    expect(await head()).toBe(base);
  });

  it('goes on to the next order when one was withdrawn after it was seen', async () => {
    const other = await proposed('b');
    await pause();
    await land(landOrder(change));
    await land(landOrder(other));
    await world.brake.resume(admin, 'It is out.');
    // It has the turn between the look and the landing.
    const landed = world.landWaiting.execute();
    const withdrawal = world.withdraw.execute(uuidv7(), withdrawalOf(change));
    await Promise.all([landed, withdrawal]);
    expect(await head()).toBe(other.commit);
    expect(world.memory.outbox.payloads(landingRefused)).toHaveLength(1);
    expect((await world.brake.state()).waiting).toBe(0);
  });

  it('tells each change once, and keeps to the first of two orders', async () => {
    await pause();
    await expect(world.brake.pause({ name: 'ada', roles: [] }, 'Me too.')).resolves.toMatchObject({
      changed_by: 'root',
    });
    await resume();
    await resume();
    expect(world.memory.outbox.payloads(landingPaused)).toHaveLength(1);
    expect(world.memory.outbox.payloads(landingResumed)).toMatchObject([{ resumed_by: 'root' }]);
  });
});
