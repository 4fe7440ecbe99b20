import { changeMaterialised } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  rebaseOrder,
} from '../testing/integration-environment';

jest.setTimeout(60_000);

describe('ProposeRevert (real git, stores in memory)', () => {
  let source: SourceRepository;
  let environment: IntegrationEnvironment;
  let registered: string;

  beforeEach(async () => {
    source = sampleSource();
    environment = new IntegrationEnvironment();
    registered = await environment.registered(source);
  });
  afterEach(() => {
    environment.remove();
    source.remove();
  });

  const head = () => environment.in('sample', 'rev-parse', 'refs/heads/main');
  const treeOf = (commit: string) => environment.in('sample', 'rev-parse', `${commit}^{tree}`);

  async function landed(edit: (at: SourceRepository) => void): Promise<Change> {
    source.git('fetch', '--quiet', environment.repositories.pathOf('sample'), 'main');
    source.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const { patch } = source.propose(edit);
    const change = await environment.committed(createCommitOrder(await head(), patch));
    expect(await environment.land.execute(uuidv7(), landOrder(change))).toMatchObject({ kind: 'landed' });
    return change;
  }

  const order = (change: Pick<Change, 'changeId'>) => ({
    change_id: change.changeId,
    request_id: uuidv7(),
    workflow_id: uuidv7(),
    step_id: 'revert',
    task_id: uuidv7(),
  });

  const recorded = async (changeId: string): Promise<Change> => {
    const found = await environment.unitOfWork.run((tx) => tx.changes.find(changeId));
    if (!found) throw new Error('not recorded');
    return found;
  };

  it('creates a change with the previous tree that lands like any other and can itself be reverted', async () => {
    const change = await landed((at) => at.write('a', 'a\n').write('src/unique.js', 'exports.unique = 1;\n'));
    const made = await environment.revert.execute(order(change));
    expect(made).toMatchObject({
      ok: true,
      value: {
        title: 'Improve the performance of this algorithm',
        change: { base: change.commit, tree: await treeOf(registered), agent_id: 'integration' },
        reverts: { change_id: change.changeId, base: registered, commit: change.commit },
        project: { project_id: 'sample', base: change.commit },
      },
    });
    if (!made.ok) return;
    const revert = await recorded(made.value.change.change_id);
    expect(revert).toMatchObject({ reverts: change.changeId, files: 2, attempt: 1, stepId: 'revert' });
    expect(await environment.in('sample', 'log', '-1', '--format=%an%n%B', revert.commit)).toMatch(
      new RegExp(
        `^integration\nRevert "Improve the performance of this algorithm"\n[^]*Ymera-Reverts: ${change.commit}`,
      ),
    );
    expect(environment.memory.outbox.payloads(changeMaterialised).at(-1)).toMatchObject({
      change_id: revert.changeId,
    });
    expect(await environment.land.execute(uuidv7(), landOrder(revert))).toMatchObject({ kind: 'landed' });
    expect(await treeOf('main')).toBe(await treeOf(registered));
    expect(await environment.getChange.execute({ change_id: revert.changeId })).toMatchObject({
      value: { reverts: change.changeId, state: 'landed' },
    });
    expect(await environment.revert.execute(order(revert))).toMatchObject({
      value: { change: { tree: change.tree } },
    });
  });

  it('returns the same change for the same order', async () => {
    const change = await landed((at) => at.write('a', 'a\n'));
    const asked = order(change);
    const [first, second] = [
      await environment.revert.execute(asked),
      await environment.revert.execute(asked),
    ];
    expect(second).toEqual(first);
    expect(environment.memory.outbox.payloads(changeMaterialised)).toHaveLength(2);
  });

  it('keeps later changes, and is rebased when the branch moves before it lands', async () => {
    const change = await landed((at) => at.write('a', 'a\n'));
    await landed((at) => at.write('b', 'b\n'));
    const made = await environment.revert.execute(order(change));
    if (!made.ok) throw new Error(made.error.code);
    const later = await landed((at) => at.write('c', 'c\n'));
    const revert = await recorded(made.value.change.change_id);
    expect(await environment.land.execute(uuidv7(), landOrder(revert))).toMatchObject({
      failure: { code: 'base_moved' },
    });
    const again = await environment.rebase.execute(uuidv7(), rebaseOrder(revert, later.commit));
    if (!again?.ok) throw new Error('not rebased');
    expect(again.value.reverts).toBe(change.changeId);
    await environment.land.execute(uuidv7(), landOrder(again.value));
    const files = (await environment.in('sample', 'ls-tree', '--name-only', 'main')).split('\n');
    expect(['a', 'b', 'c'].map((file) => files.includes(file))).toEqual([false, true, true]);
  });

  it('names the files in which later changes conflict with the revert', async () => {
    const change = await landed((at) => at.write('src/unique.js', 'one\n'));
    await landed((at) => at.write('src/unique.js', 'two\n'));
    expect(await environment.revert.execute(order(change))).toMatchObject({
      error: {
        code: 'revert_conflict',
        message: expect.stringContaining('src/unique.js'),
        details: { files: ['src/unique.js'] },
      },
    });
  });

  it('rejects a change that has not landed, an unknown change and a reverted change', async () => {
    const { patch } = source.propose((at) => at.write('a', 'a\n'));
    const proposed = await environment.committed(createCommitOrder(registered, patch));
    expect(await environment.revert.execute(order(proposed))).toMatchObject({
      error: { code: 'change_not_landed' },
    });
    expect(await environment.revert.execute(order({ changeId: uuidv7() }))).toMatchObject({
      error: { code: 'change_not_found' },
    });
    await environment.land.execute(uuidv7(), landOrder(proposed));
    const made = await environment.revert.execute(order(proposed));
    if (!made.ok) throw new Error(made.error.code);
    await environment.land.execute(uuidv7(), landOrder(await recorded(made.value.change.change_id)));
    expect(await environment.revert.execute(order(proposed))).toMatchObject({
      error: { code: 'already_reverted' },
    });
  });
});
