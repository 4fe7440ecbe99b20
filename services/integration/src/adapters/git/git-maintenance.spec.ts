import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { sampleSource } from '../../testing/git-fixture';
import { changeRefs } from './git-environment';
import { GitMaintenance } from './git-maintenance';

// git is a process for each question.
jest.setTimeout(30_000);

/** Real: git. */
describe('garbage collection of a project’s repository', () => {
  it('packs loose objects and deletes old unreachable ones, never what a branch or a change’s ref reaches', async () => {
    const environment = new GitEnvironmentFixture();
    const source = sampleSource();
    const copy = await environment.repositories.stage({ kind: 'path', path: source.path }, undefined);
    if (!copy.ok) throw new Error(copy.error.code);
    await copy.value.publish('sample');
    const head = await environment.in('sample', 'rev-parse', 'HEAD');
    const tree = await environment.in('sample', 'rev-parse', 'HEAD^{tree}');
    const identity = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    const commit = (message: string) =>
      environment.git.text(['commit-tree', tree, '-p', head, '-m', message], {
        repository: environment.repositories.pathOf('sample'),
        env: identity,
      });
    const kept = await commit('a change');
    await environment.in('sample', 'update-ref', `${changeRefs}/01936d00-0000-7000-8000-000000000001`, kept);
    const [old, fresh] = [await commit('unreachable and old'), await commit('unreachable and new')];
    const repository = environment.repositories.pathOf('sample');
    const fileOf = (oid: string) => join(repository, 'objects', oid.slice(0, 2), oid.slice(2));
    const monthAgo = new Date(Date.now() - 30 * 86_400_000);
    utimesSync(fileOf(old), monthAgo, monthAgo);

    const maintenance = new GitMaintenance(environment.git, environment.layout);
    await maintenance.collectGarbage('sample');
    await maintenance.collectGarbage('sample');

    const exists = async (oid: string): Promise<boolean> =>
      environment.in('sample', 'cat-file', '-e', oid).then(
        () => true,
        () => false,
      );
    expect([await exists(head), await exists(kept), await exists(fresh), await exists(old)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(readdirSync(join(repository, 'objects', 'pack')).some((name) => name.endsWith('.pack'))).toBe(
      true,
    );
    await environment.in('sample', 'fsck', '--strict');
    source.remove();
    environment.remove();
  });
});
