import { changeLanded, landingRefused } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../domain/change';
import { sampleSource, SourceRepository } from '../testing/git-fixture';
import {
  admin,
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  rebaseOrder,
  withdrawalOf,
} from '../testing/integration-environment';

jest.setTimeout(60_000);

const newFile = (file: string): string =>
  `diff --git a/${file} b/${file}\nnew file mode 100644\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+ours\n`;

describe('landing in a project that has an upstream (real git, stores in memory)', () => {
  /** A person's working copy of `bare`, which the project was copied from. */
  let person: SourceRepository;
  let bare: string;
  let environment: IntegrationEnvironment;
  let registered: string;

  beforeEach(async () => {
    person = sampleSource();
    environment = new IntegrationEnvironment();
    bare = join(environment.dataDir, 'upstream.git');
    person.git('clone', '--quiet', '--bare', person.path, bare);
    person.git('remote', 'add', 'origin', bare);
    const made = await environment.register.execute({ project_id: 'sample', source: bare, actor: admin });
    registered = made.ok ? made.value.head : made.error.code;
  });
  afterEach(() => {
    environment.remove();
    person.remove();
  });

  const push = async () => {
    expect(
      await environment.update.execute({ project_id: 'sample', push: 'branch', actor: admin }),
    ).toMatchObject({
      ok: true,
    });
  };
  const head = () => environment.in('sample', 'rev-parse', 'refs/heads/main');
  const theirHead = () => person.git('--git-dir', bare, 'rev-parse', 'refs/heads/main');
  const proposed = (file: string, base = registered): Promise<Change> =>
    environment.committed(createCommitOrder(base, newFile(file)));
  const land = (change: Change, id = uuidv7()) => environment.land.execute(id, landOrder(change));
  /** As a colleague does it meanwhile. */
  function pushed(file: string): string {
    person.git('pull', '--quiet', '--rebase', 'origin', 'main');
    const commit = person.write(file, 'theirs\n').commit();
    person.git('push', '--quiet', 'origin', 'HEAD:main');
    return commit;
  }

  it('asks no upstream about an order that its evidence refuses', async () => {
    const change = await proposed('a');
    let asked = 0;
    const { fetch } = environment.upstreams;
    environment.upstreams.fetch = (followed) => {
      asked += 1;
      return fetch.call(environment.upstreams, followed);
    };
    const { approval: _, ...unapproved } = landOrder(change);
    expect(await environment.land.execute(uuidv7(), unapproved)).toMatchObject({
      failure: { code: 'approval_missing' },
    });
    expect(asked).toBe(0);
    await land(change);
    expect(asked).toBe(1);
    await land(change);
    expect(asked).toBe(1);
  });

  it('leaves the upstream alone unless it is set to push', async () => {
    const change = await proposed('a');
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect([await head(), theirHead()]).toEqual([change.commit, registered]);
    expect(environment.memory.outbox.payloads(changeLanded)).toEqual([
      expect.not.objectContaining({ pushed: true }),
    ]);
  });

  it('has exactly the landed commit there when it pushes', async () => {
    await push();
    const change = await proposed('a');
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect([await head(), theirHead()]).toEqual([change.commit, change.commit]);
    expect(environment.memory.outbox.payloads(changeLanded)).toMatchObject([
      { commit: change.commit, pushed: true },
    ]);
    expect(await environment.getProject.execute({ project_id: 'sample' })).toMatchObject({
      value: { upstream: { state: 'in_step', head: change.commit, push: 'branch' } },
    });
    expect(await environment.pushIntents.isNoted('sample', change.changeId)).toBe(false);
  });

  it.each(['off', 'branch'] as const)(
    'is refused when the upstream has moved on, and lands when it was made again on that (push: %s)',
    async (policy) => {
      if (policy === 'branch') await push();
      const change = await proposed('a');
      const theirs = pushed('b');
      expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
      expect(environment.memory.outbox.payloads(landingRefused)).toMatchObject([{ head: theirs }]);
      expect([await head(), theirHead()]).toEqual([theirs, theirs]);
      const again = await environment.rebase.execute(uuidv7(), rebaseOrder(change, theirs));
      if (!again?.ok) throw new Error('not made again');
      expect(await land(again.value)).toMatchObject({ kind: 'landed' });
      expect(await head()).toBe(again.value.commit);
      expect(theirHead()).toBe(policy === 'branch' ? again.value.commit : theirs);
    },
  );

  it('loses to a push between its look and its own push, moves neither branch, and is made again', async () => {
    await push();
    const change = await proposed('a');
    const before = environment.upstreams.push.bind(environment.upstreams);
    let theirs = '';
    environment.upstreams.push = (...args) => {
      if (theirs === '') theirs = pushed('b');
      return before(...args);
    };
    expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
    expect(environment.memory.outbox.payloads(landingRefused)).toMatchObject([{ head: theirs }]);
    expect([await head(), theirHead()]).toEqual([theirs, theirs]);
  });

  it('waits when it loses again and again', async () => {
    await push();
    const change = await proposed('a');
    environment.upstreams.push = () => Promise.resolve({ kind: 'moved' });
    expect(await land(change)).toMatchObject({ kind: 'waiting', failure: { code: 'upstream_busy' } });
    expect([await head(), theirHead()]).toEqual([registered, registered]);
  });

  it('pushes what has landed before it was set to push, too', async () => {
    const first = await proposed('a');
    await land(first);
    await push();
    const second = await proposed('b', first.commit);
    expect(await land(second)).toMatchObject({ kind: 'landed' });
    expect(theirHead()).toBe(second.commit);
  });

  it('joins both histories there with the first change that is made on their merge', async () => {
    await land(await proposed('a'));
    const theirs = pushed('b');
    await push();
    const found = await environment.getProject.execute({ project_id: 'sample', fresh: true });
    const base = found.ok ? (found.value.base ?? '') : '';
    const change = await proposed('c', base);
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect(theirHead()).toBe(change.commit);
    expect(person.git('--git-dir', bare, 'merge-base', theirs, 'main')).toBe(theirs);
  });

  it('is made again on the merge when the upstream goes another way after it was planned', async () => {
    const first = await proposed('a');
    await land(first);
    const second = await proposed('b', first.commit);
    pushed('c');
    expect(await land(second)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
    const [{ head: onto = '' } = {}] = environment.memory.outbox.payloads(landingRefused);
    const again = await environment.rebase.execute(uuidv7(), rebaseOrder(second, onto));
    if (!again?.ok) throw new Error('not made again');
    expect(await land(again.value)).toMatchObject({ kind: 'landed' });
    const files = (await environment.in('sample', 'ls-tree', '--name-only', 'main')).split('\n');
    expect(files).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  });

  it('goes on with the next delivery when the process died after the push', async () => {
    await push();
    const change = await proposed('a');
    const { move } = environment.branches;
    environment.branches.move = () => Promise.reject(new Error('died'));
    const id = uuidv7();
    await expect(land(change, id)).rejects.toThrow('died');
    expect([await head(), theirHead()]).toEqual([registered, change.commit]);
    environment.branches.move = move;
    expect(await land(change, id)).toMatchObject({ kind: 'landed' });
    expect([await head(), theirHead()]).toEqual([change.commit, change.commit]);
    expect(environment.memory.outbox.payloads(changeLanded)).toHaveLength(1);
  });

  it('is only said when another request has brought the branch in step after the process died', async () => {
    await push();
    const change = await proposed('a');
    environment.diesBeforeCommit = true;
    const id = uuidv7();
    await expect(land(change, id)).rejects.toThrow('died');
    environment.diesBeforeCommit = false;
    expect(await environment.getProject.execute({ project_id: 'sample', fresh: true })).toMatchObject({
      value: { base: change.commit },
    });
    expect(await land(change, id)).toMatchObject({ kind: 'landed' });
    expect(environment.memory.outbox.payloads(changeLanded)).toHaveLength(1);
  });

  it('comes too late to be withdrawn once the push has arrived, though nobody recorded it', async () => {
    await push();
    const change = await proposed('a');
    const { move } = environment.branches;
    environment.branches.move = () => Promise.reject(new Error('died'));
    await expect(land(change)).rejects.toThrow('died');
    environment.branches.move = move;
    renameSync(bare, `${bare}.away`);
    await expect(environment.withdraw.execute(uuidv7(), withdrawalOf(change))).rejects.toMatchObject({
      failure: { kind: 'conflict', retryable: true },
    });
    renameSync(`${bare}.away`, bare);
    environment.clock.advance(5_000);
    expect(await environment.withdraw.execute(uuidv7(), withdrawalOf(change))).toMatchObject({
      kind: 'landed',
    });
    expect(await head()).toBe(change.commit);
  });

  it('waits while the upstream that it is pushed to is away, and lands when it is back', async () => {
    await push();
    const change = await proposed('a');
    renameSync(bare, `${bare}.away`);
    expect(await land(change)).toMatchObject({ kind: 'waiting', failure: { code: 'repo_not_found' } });
    expect(await head()).toBe(registered);
    await environment.landWaiting.execute();
    expect((await environment.pauses.state()).waiting).toBe(1);
    renameSync(`${bare}.away`, bare);
    environment.clock.advance(5_000);
    await environment.landWaiting.execute();
    expect([await head(), theirHead()]).toEqual([change.commit, change.commit]);
  });

  it('can be withdrawn while it waits for its upstream', async () => {
    await push();
    const change = await proposed('a');
    renameSync(bare, `${bare}.away`);
    await land(change);
    expect(await environment.withdraw.execute(uuidv7(), withdrawalOf(change))).toMatchObject({
      kind: 'refused',
    });
    expect((await environment.pauses.state()).waiting).toBe(0);
  });

  it('lands without the upstream when it is away and nothing is pushed', async () => {
    const change = await proposed('a');
    renameSync(bare, `${bare}.away`);
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(change.commit);
  });

  it('is refused with the words of the upstream when that takes no push, and moves no branch', async () => {
    await push();
    person.git('--git-dir', bare, 'config', 'receive.maxInputSize', '1');
    const change = await proposed('a');
    expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'push_refused' } });
    expect([await head(), theirHead()]).toEqual([registered, registered]);
    expect(await environment.pushIntents.isNoted('sample', change.changeId)).toBe(false);
  });

  it.each(['pre-receive', 'update'])(
    'is refused with the words of the %s hook of an upstream at a path',
    async (hook) => {
      await push();
      const change = await proposed('a');
      const script = '#!/bin/sh\necho no pushes on Friday >&2\nexit 1\n';
      writeFileSync(join(bare, 'hooks', hook), script, { mode: 0o755 });
      expect(await land(change)).toMatchObject({
        kind: 'refused',
        failure: { code: 'push_refused', message: expect.stringContaining('no pushes on Friday') },
      });
      expect([await head(), theirHead()]).toEqual([registered, registered]);
    },
  );

  it('runs the hooks of the upstream that it is pushed to, and none of our own repository', async () => {
    await push();
    const change = await proposed('a');
    const plant = (folder: string, hook: string): string => {
      const ran = join(environment.dataDir, `${hook}-ran`);
      mkdirSync(join(folder, 'hooks'), { recursive: true });
      writeFileSync(join(folder, 'hooks', hook), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
      return ran;
    };
    const theirs = ['pre-receive', 'update', 'post-receive'].map((hook) => plant(bare, hook));
    const ours = ['pre-push', 'reference-transaction'].map((hook) =>
      plant(environment.layout.repository('sample'), hook),
    );
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect(theirs.filter((ran) => !existsSync(ran))).toEqual([]);
    expect(ours.filter((ran) => existsSync(ran))).toEqual([]);
  });

  it('is refused when both histories conflict and it has to be pushed', async () => {
    const first = await proposed('same');
    await land(first);
    pushed('same');
    const second = await proposed('b', first.commit);
    expect(await land(second)).toMatchObject({ kind: 'landed' });
    await push();
    const third = await proposed('c', second.commit);
    expect(await land(third)).toMatchObject({
      kind: 'refused',
      failure: { code: 'upstream_conflict', message: expect.stringContaining('(same)') },
    });
    expect(await head()).toBe(second.commit);
  });

  describe('when the upstream was rewritten', () => {
    /** As a colleague does who pushes by force. */
    const rewritten = (): string => {
      person.git('reset', '--quiet', '--hard', registered);
      const commit = person.write('b', 'rewritten\n').commit();
      person.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
      return commit;
    };
    const aChangeOnWhatIsGone = async (): Promise<Change> => {
      const known = pushed('secret');
      await environment.sync.execute('sample');
      return proposed('a', known);
    };

    it('is refused with a next step if it has to be pushed, and moves no branch', async () => {
      await push();
      const change = await aChangeOnWhatIsGone();
      const theirs = rewritten();
      expect(await land(change)).toMatchObject({
        kind: 'refused',
        failure: {
          code: 'upstream_rewritten',
          message: expect.stringMatching(/rewritten.*neither pushed nor landed/),
          suggestion: expect.stringMatching(/ymera projects sync sample.*--push off/),
        },
      });
      expect([await head(), theirHead()]).toEqual([change.base, theirs]);
    });

    it('is pushed again once both were merged by hand there', async () => {
      await push();
      const change = await aChangeOnWhatIsGone();
      rewritten();
      await land(change);
      person.git(
        'pull',
        '--quiet',
        '--no-rebase',
        '--no-edit',
        environment.repositories.pathOf('sample'),
        'main',
      );
      person.git('push', '--quiet', 'origin', 'HEAD:main');
      const merged = theirHead();
      expect(await environment.sync.execute('sample', 'ada')).toMatchObject({ value: { base: merged } });
      const again = await proposed('c', merged);
      expect(await land(again)).toMatchObject({ kind: 'landed' });
      expect([await head(), theirHead()]).toEqual([again.commit, again.commit]);
    });

    it('lands without it if nothing is pushed', async () => {
      const change = await aChangeOnWhatIsGone();
      rewritten();
      expect(await land(change)).toMatchObject({ kind: 'landed' });
      expect(await head()).toBe(change.commit);
    });
  });

  it('cannot be set to push into a checked out branch', async () => {
    const made = await environment.register.execute({
      project_id: 'checked-out',
      source: person.path,
      actor: admin,
    });
    expect(made).toMatchObject({ ok: true });
    const set = () => environment.update.execute({ project_id: 'checked-out', push: 'branch', actor: admin });
    expect(await set()).toMatchObject({
      error: { code: 'push_not_possible', suggestion: expect.stringContaining('updateInstead') },
    });
    person.git('config', 'receive.denyCurrentBranch', 'updateInstead');
    expect(await set()).toMatchObject({ ok: true });
    const change = await environment.committed(
      createCommitOrder(registered, newFile('a'), { project_id: 'checked-out' }),
    );
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect(person.git('rev-parse', 'HEAD')).toBe(change.commit);
    writeFileSync(join(person.path, 'a'), 'dirty\n');
  });
});
