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

describe('LandChange in a project with an upstream (real git, stores in memory)', () => {
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
  /** Pushes as a colleague would meanwhile. */
  function pushed(file: string): string {
    person.git('pull', '--quiet', '--rebase', 'origin', 'main');
    const commit = person.write(file, 'theirs\n').commit();
    person.git('push', '--quiet', 'origin', 'HEAD:main');
    return commit;
  }

  it('does not fetch the upstream for an order that its evidence refuses', async () => {
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

  it('does not push unless the project is set to push', async () => {
    const change = await proposed('a');
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect([await head(), theirHead()]).toEqual([change.commit, registered]);
    expect(environment.memory.outbox.payloads(changeLanded)).toEqual([
      expect.not.objectContaining({ pushed: true }),
    ]);
  });

  it('pushes exactly the landed commit', async () => {
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
    'refuses a change when the upstream has moved, and lands it after a rebase (push: %s)',
    async (policy) => {
      if (policy === 'branch') await push();
      const change = await proposed('a');
      const theirs = pushed('b');
      expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
      expect(environment.memory.outbox.payloads(landingRefused)).toMatchObject([{ head: theirs }]);
      expect([await head(), theirHead()]).toEqual([theirs, theirs]);
      const again = await environment.rebase.execute(uuidv7(), rebaseOrder(change, theirs));
      if (!again?.ok) throw new Error('not rebased');
      expect(await land(again.value)).toMatchObject({ kind: 'landed' });
      expect(await head()).toBe(again.value.commit);
      expect(theirHead()).toBe(policy === 'branch' ? again.value.commit : theirs);
    },
  );

  it('moves neither branch when another push comes between its fetch and its push, and lands after a rebase', async () => {
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

  it('stores the order when every attempt to push is overtaken', async () => {
    await push();
    const change = await proposed('a');
    environment.upstreams.push = () => Promise.resolve({ kind: 'moved' });
    expect(await land(change)).toMatchObject({ kind: 'waiting', failure: { code: 'upstream_busy' } });
    expect([await head(), theirHead()]).toEqual([registered, registered]);
  });

  it('also pushes commits that landed before the project was set to push', async () => {
    const first = await proposed('a');
    await land(first);
    await push();
    const second = await proposed('b', first.commit);
    expect(await land(second)).toMatchObject({ kind: 'landed' });
    expect(theirHead()).toBe(second.commit);
  });

  it('pushes the merge of both histories with the first change based on it', async () => {
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

  it('requires a rebase onto the merge when the upstream diverges after planning', async () => {
    const first = await proposed('a');
    await land(first);
    const second = await proposed('b', first.commit);
    pushed('c');
    expect(await land(second)).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });
    const [{ head: onto = '' } = {}] = environment.memory.outbox.payloads(landingRefused);
    const again = await environment.rebase.execute(uuidv7(), rebaseOrder(second, onto));
    if (!again?.ok) throw new Error('not rebased');
    expect(await land(again.value)).toMatchObject({ kind: 'landed' });
    const files = (await environment.in('sample', 'ls-tree', '--name-only', 'main')).split('\n');
    expect(files).toEqual(expect.arrayContaining(['a', 'b', 'c']));
  });

  it('completes on redelivery when the process died after the push', async () => {
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

  it('only publishes the event when another request has synchronised the branch after the process died', async () => {
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

  it('rejects a withdrawal once the push has arrived, even if the landing was not recorded', async () => {
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

  it('waits while the upstream of the push is unreachable, and lands when it is reachable again', async () => {
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

  it('accepts a withdrawal while the order waits for its upstream', async () => {
    await push();
    const change = await proposed('a');
    renameSync(bare, `${bare}.away`);
    await land(change);
    expect(await environment.withdraw.execute(uuidv7(), withdrawalOf(change))).toMatchObject({
      kind: 'refused',
    });
    expect((await environment.pauses.state()).waiting).toBe(0);
  });

  it('lands while the upstream is unreachable when nothing is pushed', async () => {
    const change = await proposed('a');
    renameSync(bare, `${bare}.away`);
    expect(await land(change)).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(change.commit);
  });

  it('moves no branch and returns the upstream’s message when the upstream refuses the push', async () => {
    await push();
    person.git('--git-dir', bare, 'config', 'receive.maxInputSize', '1');
    const change = await proposed('a');
    expect(await land(change)).toMatchObject({ kind: 'refused', failure: { code: 'push_refused' } });
    expect([await head(), theirHead()]).toEqual([registered, registered]);
    expect(await environment.pushIntents.isNoted('sample', change.changeId)).toBe(false);
  });

  it.each(['pre-receive', 'update'])(
    'returns the message of the %s hook of an upstream at a path that refuses the push',
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

  it('runs the hooks of the upstream on a push, and none of the own repository', async () => {
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

  it('refuses to land when both histories conflict and a push is required', async () => {
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
    /** Pushes by force as a colleague would. */
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

    it('moves no branch and suggests a next step when a push is required', async () => {
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

    it('pushes again after both histories were merged by hand in the upstream', async () => {
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

    it('lands without the upstream when nothing is pushed', async () => {
      const change = await aChangeOnWhatIsGone();
      rewritten();
      expect(await land(change)).toMatchObject({ kind: 'landed' });
      expect(await head()).toBe(change.commit);
    });
  });

  it('rejects the setting to push into a checked out branch', async () => {
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
