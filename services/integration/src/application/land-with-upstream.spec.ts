import { changeLanded, landingRefused } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../domain/change';
import { admin, landOrder, createCommitOrder, rebaseOrder } from '../testing/integration-environment';

import { FollowedProject, newFile } from '../testing/followed-project';

jest.setTimeout(60_000);

describe('landing in a project that has an upstream (real git, stores in memory)', () => {
  let followed: FollowedProject;

  beforeEach(async () => {
    followed = await FollowedProject.create();
  });
  afterEach(() => followed.remove());

  it('asks no upstream about an order that its evidence refuses', async () => {
    const change = await followed.proposed('a');
    let asked = 0;
    const { fetch } = followed.environment.upstreams;
    followed.environment.upstreams.fetch = (branch) => {
      asked += 1;
      return fetch.call(followed.environment.upstreams, branch);
    };
    const { approval: _, ...unapproved } = landOrder(change);
    expect(await followed.environment.land.execute(uuidv7(), unapproved)).toMatchObject({
      failure: { code: 'approval_missing' },
    });
    expect(asked).toBe(0);
    await followed.land(change);
    expect(asked).toBe(1);
    await followed.land(change);
    expect(asked).toBe(1);
  });

  it('leaves the upstream alone unless it is set to push', async () => {
    const change = await followed.proposed('a');
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect([await followed.head(), followed.theirHead()]).toEqual([change.commit, followed.registered]);
    expect(followed.environment.memory.outbox.payloads(changeLanded)).toEqual([
      expect.not.objectContaining({ pushed: true }),
    ]);
  });

  it('has exactly the landed commit there when it pushes', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect([await followed.head(), followed.theirHead()]).toEqual([change.commit, change.commit]);
    expect(followed.environment.memory.outbox.payloads(changeLanded)).toMatchObject([
      { commit: change.commit, pushed: true },
    ]);
    expect(await followed.environment.getProject.execute({ project_id: 'sample' })).toMatchObject({
      value: { upstream: { state: 'in_step', head: change.commit, push: 'branch' } },
    });
    expect(await followed.environment.pushIntents.isNoted('sample', change.changeId)).toBe(false);
  });

  it.each(['off', 'branch'] as const)(
    'refuses a change when the upstream has moved, and lands it after a rebase (push: %s)',
    async (policy) => {
      if (policy === 'branch') await followed.push();
      const change = await followed.proposed('a');
      const theirs = followed.pushed('b');
      expect(await followed.land(change)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
      expect(followed.environment.memory.outbox.payloads(landingRefused)).toMatchObject([{ head: theirs }]);
      expect([await followed.head(), followed.theirHead()]).toEqual([theirs, theirs]);
      const again = await followed.environment.rebase.execute(uuidv7(), rebaseOrder(change, theirs));
      if (!again?.ok) throw new Error('not made again');
      expect(await followed.land(again.value)).toMatchObject({ kind: 'landed' });
      expect(await followed.head()).toBe(again.value.commit);
      expect(followed.theirHead()).toBe(policy === 'branch' ? again.value.commit : theirs);
    },
  );

  it('loses to a push between its look and its own push, moves neither branch, and is made again', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    const before = followed.environment.upstreams.push.bind(followed.environment.upstreams);
    let theirs = '';
    followed.environment.upstreams.push = (...args) => {
      if (theirs === '') theirs = followed.pushed('b');
      return before(...args);
    };
    expect(await followed.land(change)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
    expect(followed.environment.memory.outbox.payloads(landingRefused)).toMatchObject([{ head: theirs }]);
    expect([await followed.head(), followed.theirHead()]).toEqual([theirs, theirs]);
  });

  it('waits when it loses again and again', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    followed.environment.upstreams.push = () => Promise.resolve({ kind: 'moved' });
    expect(await followed.land(change)).toMatchObject({
      kind: 'waiting',
      failure: { code: 'upstream_busy' },
    });
    expect([await followed.head(), followed.theirHead()]).toEqual([followed.registered, followed.registered]);
  });

  it('pushes what has landed before it was set to push, too', async () => {
    const first = await followed.proposed('a');
    await followed.land(first);
    await followed.push();
    const second = await followed.proposed('b', first.commit);
    expect(await followed.land(second)).toMatchObject({ kind: 'landed' });
    expect(followed.theirHead()).toBe(second.commit);
  });

  it('joins both histories there with the first change that is made on their merge', async () => {
    await followed.land(await followed.proposed('a'));
    const theirs = followed.pushed('b');
    await followed.push();
    const found = await followed.environment.getProject.execute({ project_id: 'sample', fresh: true });
    const base = found.ok ? (found.value.base ?? '') : '';
    const change = await followed.proposed('c', base);
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect(followed.theirHead()).toBe(change.commit);
    expect(followed.person.git('--git-dir', followed.bare, 'merge-base', theirs, 'main')).toBe(theirs);
  });

  it('is made again on the merge when the upstream goes another way after it was planned', async () => {
    const first = await followed.proposed('a');
    await followed.land(first);
    const second = await followed.proposed('b', first.commit);
    followed.pushed('c');
    expect(await followed.land(second)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
    const [{ head: onto = '' } = {}] = followed.environment.memory.outbox.payloads(landingRefused);
    const again = await followed.environment.rebase.execute(uuidv7(), rebaseOrder(second, onto));
    if (!again?.ok) throw new Error('not made again');
    expect(await followed.land(again.value)).toMatchObject({ kind: 'landed' });
    const files = (await followed.environment.in('sample', 'ls-tree', '--name-only', 'main')).split('\n');
    expect(files).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  });

  it('is refused when both histories conflict and it has to be pushed', async () => {
    const first = await followed.proposed('same');
    await followed.land(first);
    followed.pushed('same');
    const second = await followed.proposed('b', first.commit);
    expect(await followed.land(second)).toMatchObject({ kind: 'landed' });
    await followed.push();
    const third = await followed.proposed('c', second.commit);
    expect(await followed.land(third)).toMatchObject({
      kind: 'refused',
      failure: { code: 'upstream_conflict', message: expect.stringContaining('(same)') },
    });
    expect(await followed.head()).toBe(second.commit);
  });

  describe('when the upstream was rewritten', () => {
    /** Pushes by force as a colleague would. */
    const rewritten = (): string => {
      followed.person.git('reset', '--quiet', '--hard', followed.registered);
      const commit = followed.person.write('b', 'rewritten\n').commit();
      followed.person.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
      return commit;
    };
    const aChangeOnWhatIsGone = async (): Promise<Change> => {
      const known = followed.pushed('secret');
      await followed.environment.sync.execute('sample');
      return followed.proposed('a', known);
    };

    it('is refused with a next step if it has to be pushed, and moves no branch', async () => {
      await followed.push();
      const change = await aChangeOnWhatIsGone();
      const theirs = rewritten();
      expect(await followed.land(change)).toMatchObject({
        kind: 'refused',
        failure: {
          code: 'upstream_rewritten',
          message: expect.stringMatching(/rewritten.*neither pushed nor landed/),
          suggestion: expect.stringMatching(/ymera projects sync sample.*--push off/),
        },
      });
      expect([await followed.head(), followed.theirHead()]).toEqual([change.base, theirs]);
    });

    it('is pushed again once both were merged by hand there', async () => {
      await followed.push();
      const change = await aChangeOnWhatIsGone();
      rewritten();
      await followed.land(change);
      followed.person.git(
        'pull',
        '--quiet',
        '--no-rebase',
        '--no-edit',
        followed.environment.repositories.pathOf('sample'),
        'main',
      );
      followed.person.git('push', '--quiet', 'origin', 'HEAD:main');
      const merged = followed.theirHead();
      expect(await followed.environment.sync.execute('sample', 'ada')).toMatchObject({
        value: { base: merged },
      });
      const again = await followed.proposed('c', merged);
      expect(await followed.land(again)).toMatchObject({ kind: 'landed' });
      expect([await followed.head(), followed.theirHead()]).toEqual([again.commit, again.commit]);
    });

    it('lands without the upstream when nothing is pushed', async () => {
      const change = await aChangeOnWhatIsGone();
      rewritten();
      expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
      expect(await followed.head()).toBe(change.commit);
    });
  });

  it('cannot be set to push into a checked out branch', async () => {
    const made = await followed.environment.register.execute({
      project_id: 'checked-out',
      source: followed.person.path,
      actor: admin,
    });
    expect(made).toMatchObject({ ok: true });
    const set = () =>
      followed.environment.update.execute({ project_id: 'checked-out', push: 'branch', actor: admin });
    expect(await set()).toMatchObject({
      error: { code: 'push_not_possible', suggestion: expect.stringContaining('updateInstead') },
    });
    followed.person.git('config', 'receive.denyCurrentBranch', 'updateInstead');
    expect(await set()).toMatchObject({ ok: true });
    const change = await followed.environment.committed(
      createCommitOrder(followed.registered, newFile('a'), { project_id: 'checked-out' }),
    );
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect(followed.person.git('rev-parse', 'HEAD')).toBe(change.commit);
    writeFileSync(join(followed.person.path, 'a'), 'dirty\n');
  });
});
