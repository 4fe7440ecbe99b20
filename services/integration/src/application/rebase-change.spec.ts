import { changeMaterialised, changeRefused } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { readdirSync } from 'node:fs';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  rebaseOrder,
} from '../testing/integration-environment';

// Each git command is a process.
jest.setTimeout(30_000);

describe('RebaseChange (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;

  beforeAll(() => {
    source = sampleSource();
    source
      .write('long.txt', Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join(''))
      .commit('long');
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    environment = new IntegrationEnvironment();
    base = await environment.registered(source);
  });
  afterEach(() => {
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    environment.remove();
  });

  const proposed = (path: string, content: string): Promise<Change> =>
    environment.committed(createCommitOrder(base, source.propose((at) => at.write(path, content)).patch));
  /** `long.txt` with one line replaced. */
  const withLine = (line: number, text: string) =>
    Array.from({ length: 40 }, (_, at) => (at === line ? `${text}\n` : `line ${at}\n`)).join('');
  const head = () => environment.in('sample', 'rev-parse', 'refs/heads/main');
  const land = (change: Change) => environment.land.execute(uuidv7(), landOrder(change));
  const rebase = async (change: Change): Promise<Change> => {
    const result = await environment.rebase.execute(uuidv7(), rebaseOrder(change, await head()));
    if (!result?.ok) throw new Error(JSON.stringify(result));
    return result.value;
  };
  const show = (commit: string, path: string) => environment.in('sample', 'show', `${commit}:${path}`);

  it('creates a new change of the same producer on the new head by a merge', async () => {
    const first = await proposed('long.txt', withLine(2, 'early'));
    const second = await proposed('long.txt', withLine(30, 'late'));
    await land(first);
    const refused = await land(second);
    expect(refused).toMatchObject({ kind: 'refused', failure: { code: 'base_moved' } });

    const again = await rebase(second);
    expect(again).toMatchObject({
      base: first.commit,
      madeFrom: second.changeId,
      agentId: second.agentId,
      taskId: second.taskId,
      state: 'materialised',
      version: 1,
      files: 1,
    });
    expect(again.tree).not.toBe(second.tree);
    expect(await show(again.commit, 'long.txt')).toContain('early\n');
    expect(await show(again.commit, 'long.txt')).toContain('late\n');
    expect(await environment.in('sample', 'rev-list', '--parents', '-1', again.commit)).toBe(
      `${again.commit} ${first.commit}`,
    );
    expect(environment.memory.outbox.payloads(changeMaterialised).at(-1)).toMatchObject({
      change_id: again.changeId,
      made_from: second.changeId,
      base: first.commit,
    });
    expect(await land(again)).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(again.commit);
  });

  it('creates the same commit on every repetition, also after its record was lost', async () => {
    const first = await proposed('a.txt', 'a\n');
    const second = await proposed('b.txt', 'b\n');
    await land(first);
    const order = rebaseOrder(second, await head());
    const messageId = uuidv7();
    const made = await environment.rebase.execute(messageId, order);
    expect(await environment.rebase.execute(messageId, order)).toBeUndefined();
    expect(await environment.rebase.execute(uuidv7(), order)).toEqual(made);
    if (!made?.ok) throw new Error('not made');
    // On another head it is another change.
    await land(await rebase(await proposed('c.txt', 'c\n')));
    expect((await rebase(second)).changeId).not.toBe(made.value.changeId);
    environment.memory.state.changes.delete(made.value.changeId);
    environment.clock.advance(60_000);
    expect(await environment.rebase.execute(uuidv7(), order)).toMatchObject({
      value: { commit: made.value.commit },
    });
  });

  it('returns the conflicts with both sides and stores nothing', async () => {
    const first = await proposed('long.txt', withLine(7, 'ours'));
    const second = await proposed('long.txt', withLine(7, 'theirs'));
    await land(first);
    const refs = await environment.in('sample', 'for-each-ref');
    const refused = await environment.rebase.execute(uuidv7(), rebaseOrder(second, await head()));
    expect(refused).toMatchObject({
      ok: false,
      error: { failure: { code: 'merge_conflict', retryable: false } },
    });
    expect(environment.memory.outbox.payloads(changeRefused).at(-1)).toMatchObject({
      task_id: second.taskId,
      base: await head(),
      error: { code: 'merge_conflict' },
      findings: [
        { code: 'merge_conflict', file: 'long.txt', evidence: expect.stringMatching(/ours[^]*theirs/) },
      ],
    });
    expect(await environment.in('sample', 'for-each-ref')).toBe(refs);
  });

  it('rejects a change that another landing contains already, and a change of another workflow', async () => {
    const first = await proposed('long.txt', withLine(7, 'same'));
    const second = await proposed('long.txt', withLine(7, 'same'));
    await land(first);
    const order = rebaseOrder(second, await head());
    const codeOf = async (changed: Partial<typeof order>) => {
      const result = await environment.rebase.execute(uuidv7(), { ...order, ...changed });
      return result?.ok === false ? result.error.failure.code : 'made';
    };
    expect(await codeOf({})).toBe('change_empty');
    expect(await codeOf({ workflow_id: uuidv7() })).toBe('change_unknown');
    expect(await codeOf({ change_id: uuidv7() })).toBe('change_unknown');
    expect(await codeOf({ onto: 'd'.repeat(40) })).toBe('base_unknown');
  });

  it('lands five changes of one base one after the other, each with the tested tree', async () => {
    let waiting = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => proposed('long.txt', withLine(n * 7, `change ${n}`))),
    );
    const trees: string[] = [];
    while (waiting.length > 0) {
      // All at once: the branch moves for one of them, the others get its new position.
      const outcomes = await Promise.all(waiting.map((change) => land(change)));
      const won = waiting.filter((_, index) => outcomes[index]?.kind === 'landed');
      expect(won).toHaveLength(1);
      trees.push(...won.map(({ tree }) => tree));
      const lost = waiting.filter((change) => !won.includes(change));
      waiting = await Promise.all(lost.map((change) => rebase(change)));
    }
    const landedTrees = await environment.in('sample', 'log', '--reverse', '--format=%T', `${base}..main`);
    expect(landedTrees.split('\n')).toEqual(trees);
    const content = await show('main', 'long.txt');
    for (const n of [1, 2, 3, 4, 5]) expect(content).toContain(`change ${n}\n`);
  });
});
