import { changeLanded } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withdrawalOf } from '../testing/integration-environment';

import { FollowedProject } from '../testing/followed-project';

jest.setTimeout(60_000);

describe('landing in a project whose upstream or process goes away (real git, stores in memory)', () => {
  let followed: FollowedProject;

  beforeEach(async () => {
    followed = await FollowedProject.create();
  });
  afterEach(() => followed.remove());

  it('goes on with the next delivery when the process died after the push', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    const { move } = followed.environment.branches;
    followed.environment.branches.move = () => Promise.reject(new Error('died'));
    const id = uuidv7();
    await expect(followed.land(change, id)).rejects.toThrow('died');
    expect([await followed.head(), followed.theirHead()]).toEqual([followed.registered, change.commit]);
    followed.environment.branches.move = move;
    expect(await followed.land(change, id)).toMatchObject({ kind: 'landed' });
    expect([await followed.head(), followed.theirHead()]).toEqual([change.commit, change.commit]);
    expect(followed.environment.memory.outbox.payloads(changeLanded)).toHaveLength(1);
  });

  it('is only said when another request has brought the branch in step after the process died', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    followed.environment.diesBeforeCommit = true;
    const id = uuidv7();
    await expect(followed.land(change, id)).rejects.toThrow('died');
    followed.environment.diesBeforeCommit = false;
    expect(
      await followed.environment.getProject.execute({ project_id: 'sample', fresh: true }),
    ).toMatchObject({
      value: { base: change.commit },
    });
    expect(await followed.land(change, id)).toMatchObject({ kind: 'landed' });
    expect(followed.environment.memory.outbox.payloads(changeLanded)).toHaveLength(1);
  });

  it('refuses a withdrawal once the push has arrived, although it is not recorded', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    const { move } = followed.environment.branches;
    followed.environment.branches.move = () => Promise.reject(new Error('died'));
    await expect(followed.land(change)).rejects.toThrow('died');
    followed.environment.branches.move = move;
    renameSync(followed.bare, `${followed.bare}.away`);
    await expect(followed.environment.withdraw.execute(uuidv7(), withdrawalOf(change))).rejects.toMatchObject(
      {
        failure: { kind: 'conflict', retryable: true },
      },
    );
    renameSync(`${followed.bare}.away`, followed.bare);
    followed.environment.clock.advance(5_000);
    expect(await followed.environment.withdraw.execute(uuidv7(), withdrawalOf(change))).toMatchObject({
      kind: 'landed',
    });
    expect(await followed.head()).toBe(change.commit);
  });

  it('waits while the upstream that it is pushed to is away, and lands when it is back', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    renameSync(followed.bare, `${followed.bare}.away`);
    expect(await followed.land(change)).toMatchObject({
      kind: 'waiting',
      failure: { code: 'repo_not_found' },
    });
    expect(await followed.head()).toBe(followed.registered);
    await followed.environment.landWaiting.execute();
    expect((await followed.environment.pauses.state()).waiting).toBe(1);
    renameSync(`${followed.bare}.away`, followed.bare);
    followed.environment.clock.advance(5_000);
    await followed.environment.landWaiting.execute();
    expect([await followed.head(), followed.theirHead()]).toEqual([change.commit, change.commit]);
  });

  it('can be withdrawn while it waits for its upstream', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    renameSync(followed.bare, `${followed.bare}.away`);
    await followed.land(change);
    expect(await followed.environment.withdraw.execute(uuidv7(), withdrawalOf(change))).toMatchObject({
      kind: 'refused',
    });
    expect((await followed.environment.pauses.state()).waiting).toBe(0);
  });

  it('lands without the upstream when it is away and nothing is pushed', async () => {
    const change = await followed.proposed('a');
    renameSync(followed.bare, `${followed.bare}.away`);
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect(await followed.head()).toBe(change.commit);
  });

  it('is refused with the words of the upstream when that takes no push, and moves no branch', async () => {
    await followed.push();
    followed.person.git('--git-dir', followed.bare, 'config', 'receive.maxInputSize', '1');
    const change = await followed.proposed('a');
    expect(await followed.land(change)).toMatchObject({ kind: 'refused', failure: { code: 'push_refused' } });
    expect([await followed.head(), followed.theirHead()]).toEqual([followed.registered, followed.registered]);
    expect(await followed.environment.pushIntents.isNoted('sample', change.changeId)).toBe(false);
  });

  it.each(['pre-receive', 'update'])(
    'is refused with the words of the %s hook of an upstream at a path',
    async (hook) => {
      await followed.push();
      const change = await followed.proposed('a');
      const script = '#!/bin/sh\necho no pushes on Friday >&2\nexit 1\n';
      writeFileSync(join(followed.bare, 'hooks', hook), script, { mode: 0o755 });
      expect(await followed.land(change)).toMatchObject({
        kind: 'refused',
        failure: { code: 'push_refused', message: expect.stringContaining('no pushes on Friday') },
      });
      expect([await followed.head(), followed.theirHead()]).toEqual([
        followed.registered,
        followed.registered,
      ]);
    },
  );

  it('runs the hooks of the upstream that it is pushed to, and none of our own repository', async () => {
    await followed.push();
    const change = await followed.proposed('a');
    const plant = (folder: string, hook: string): string => {
      const ran = join(followed.environment.dataDir, `${hook}-ran`);
      mkdirSync(join(folder, 'hooks'), { recursive: true });
      writeFileSync(join(folder, 'hooks', hook), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
      return ran;
    };
    const theirs = ['pre-receive', 'update', 'post-receive'].map((hook) => plant(followed.bare, hook));
    const ours = ['pre-push', 'reference-transaction'].map((hook) =>
      plant(followed.environment.layout.repository('sample'), hook),
    );
    expect(await followed.land(change)).toMatchObject({ kind: 'landed' });
    expect(theirs.filter((ran) => !existsSync(ran))).toEqual([]);
    expect(ours.filter((ran) => existsSync(ran))).toEqual([]);
  });
});
