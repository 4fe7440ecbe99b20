import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LandingCandidate } from '../../application/ports';
import { commitIdentity } from '../../domain/commit-identity';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { GitBranches } from './git-branches';

/** The lock file of a git that died this many seconds ago. A live git ends within thirty. */
function leaveLock(path: string, ageS: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  const then = new Date(Date.now() - ageS * 1000);
  utimesSync(path, then, then);
}

// Each git command is a process.
jest.setTimeout(30_000);

describe('GitBranches (real git)', () => {
  let environment: GitEnvironmentFixture;
  let source: SourceRepository;
  let base: string;

  beforeEach(async () => {
    environment = new GitEnvironmentFixture();
    source = sampleSource();
    base = await environment.adopt(source.path);
  });
  afterEach(() => {
    environment.remove();
    source.remove();
  });

  async function candidate(file: string, from = base): Promise<LandingCandidate & { tree: string }> {
    const bench = await environment.commitBuilders.open('sample', from);
    if (!bench) throw new Error('no base');
    await bench.apply(source.propose((at) => at.write(file, `${file}\n`)).patch);
    const made = await bench.commit(
      commitIdentity(
        { requestId: 'r', taskId: file, attempt: 1, agentId: 'a-1', title: file },
        bench.baseTime,
      ),
    );
    await bench.keep(file, made.commit);
    await bench.close();
    return { projectId: 'sample', branch: 'main', base: from, ...made };
  }

  function breakObject(oid: string): void {
    const path = join(environment.repositories.pathOf('sample'), 'objects', oid.slice(0, 2), oid.slice(2));
    rmSync(path);
    writeFileSync(path, '');
  }

  it('describes a commit before and after it lands', async () => {
    const change = await candidate('a');
    const facts = { tree: change.tree, commits: [{ commit: change.commit, parents: [base] }] };
    expect(await environment.branches.facts(change)).toEqual({ ...facts, head: base, isLanded: false });
    expect(await environment.branches.move(change, change.base)).toEqual({ moved: true });
    expect(await environment.branches.facts(change)).toEqual({
      ...facts,
      head: change.commit,
      isLanded: true,
    });
    expect(await environment.branches.treeOf('sample', 'main')).toBe(change.tree);
    const next = await candidate('b', change.commit);
    await environment.branches.move(next, next.base);
    expect(await environment.branches.facts(change)).toEqual({ ...facts, head: next.commit, isLanded: true });
  });

  it('reports a missing commit, a commit with more than one step to its base, and an unknown base', async () => {
    const change = await candidate('a');
    const missing = await environment.branches.facts({ ...change, commit: '1'.repeat(40) });
    expect(missing).toEqual({ tree: undefined, commits: [], head: base, isLanded: false });
    const second = await candidate('b', change.commit);
    expect((await environment.branches.facts({ ...second, base })).commits).toHaveLength(2);
    expect((await environment.branches.facts({ ...change, base: '1'.repeat(40) })).commits).toEqual([]);
  });

  it('throws, instead of reporting a missing commit, when git is killed or an object is corrupt', async () => {
    const change = await candidate('a');
    const killed = new GitBranches(environment.killedGit(), environment.layout);
    await expect(killed.facts(change)).rejects.toThrow('SIGKILL');
    breakObject(change.commit);
    await expect(environment.branches.facts(change)).rejects.toThrow('is corrupt');
  });

  it('moves the branch for one of two concurrent updates and returns its position to the other', async () => {
    const changes = await Promise.all(['a', 'b', 'c', 'd'].map((file) => candidate(file)));
    const results = await Promise.all(
      changes.map((change) => environment.branches.move(change, change.base)),
    );
    const winner = changes[results.findIndex(({ moved }) => moved)];
    expect(results.filter(({ moved }) => moved)).toHaveLength(1);
    expect(results.filter(({ moved }) => !moved)).toEqual(
      Array.from({ length: 3 }, () => ({ moved: false, head: winner?.commit })),
    );
    expect(await environment.repositories.head('sample', 'main')).toBe(winner?.commit);
  });

  it.each([[['refs/heads/main.lock']], [['HEAD.lock']], [['refs/heads/main.lock', 'HEAD.lock']]])(
    'removes a stale lock of a dead git and respects a fresh one (%j)',
    async (names) => {
      const change = await candidate('a');
      const locks = names.map((name) => join(environment.repositories.pathOf('sample'), name));
      for (const lock of locks) leaveLock(lock, 31);
      await expect(environment.branches.move(change, change.base)).rejects.toThrow('.lock');
      expect(await environment.repositories.head('sample', 'main')).toBe(base);
      for (const lock of locks) leaveLock(lock, 36);
      expect(await environment.branches.move(change, change.base)).toEqual({ moved: true });
      expect(await environment.repositories.head('sample', 'main')).toBe(change.commit);
    },
  );

  it('stores the ref of a change despite a stale lock, and respects a fresh one', async () => {
    const lock = join(environment.repositories.pathOf('sample'), 'refs/ymera/changes/a.lock');
    leaveLock(lock, 31);
    await expect(candidate('a')).rejects.toThrow('a.lock');
    leaveLock(lock, 36);
    const change = await candidate('a');
    expect(await environment.in('sample', 'rev-parse', 'refs/ymera/changes/a')).toBe(change.commit);
  });
});
