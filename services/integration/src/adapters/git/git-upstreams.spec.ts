import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { GitServer } from '../../testing/git-server';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { UpstreamAccess } from './upstream-access';

jest.setTimeout(60_000);

const secret = 's3cr3t/with:odd@signs';
const none = { credentialsFile: undefined, sshKeyFile: undefined, knownHostsFile: undefined };

describe('GitUpstreams over HTTP with a password (real git http-backend)', () => {
  let source: SourceRepository;
  let server: GitServer;
  let environment: GitEnvironmentFixture;
  let bare: string;
  let credentials: string;
  let first: string;

  beforeEach(async () => {
    source = sampleSource();
    first = source.git('rev-parse', 'HEAD');
    const files = new GitEnvironmentFixture();
    bare = join(files.dataDir, 'app.git');
    credentials = join(files.dataDir, 'credentials');
    source.git('clone', '--quiet', '--bare', source.path, bare);
    source.git('--git-dir', bare, 'config', 'http.receivepack', 'true');
    server = await GitServer.start(files.dataDir, 'ada', secret);
    writeFileSync(credentials, `http://ada:${encodeURIComponent(secret)}@${server.host}\n`, { mode: 0o600 });
    environment = new GitEnvironmentFixture(
      files.dataDir,
      { roots: ['/'], hosts: ['127.0.0.1'] },
      { ...none, credentialsFile: credentials },
    );
  });
  afterEach(async () => {
    await server.stop();
    environment.remove();
    source.remove();
  });

  const followed = () => ({ projectId: 'sample', source: server.url('app.git'), branch: 'main' });
  const remote = () => {
    const url = server.url('app.git');
    return { kind: 'remote', protocol: 'http', url, host: server.host } as const;
  };
  const theirHead = () => source.git('--git-dir', bare, 'rev-parse', 'main');

  async function adopted(): Promise<void> {
    const staged = await environment.repositories.stage(remote(), undefined);
    if (!staged.ok) throw new Error(`${staged.error.code}: ${staged.error.message}`);
    expect(staged.value).toMatchObject({ head: first, upstreamBranch: 'main' });
    await staged.value.publish('sample');
  }

  it('copies, fetches and pushes with the credential of the file', async () => {
    await adopted();
    const second = source.write('a', 'a\n').commit();
    source.git('push', '--quiet', bare, 'HEAD:main');
    expect(await environment.upstreams.fetch(followed())).toEqual({ ok: true, value: undefined });
    expect(await environment.upstreams.fetchedHead(followed())).toBe(second);
    expect(await environment.upstreams.relation('sample', first, second)).toEqual({ ahead: 0, behind: 1 });
    const bench = await environment.commitBuilders.open('sample', second);
    const { patch } = source.propose((at) => at.write('b', 'b\n'));
    await bench?.apply(patch);
    const author = { name: 'a', email: 'a@b.c' };
    const made = await bench?.commit({ author, committer: author, time: 1_800_000_000, message: 'x' });
    await bench?.keep('c', made?.commit ?? '');
    await bench?.close();
    const commit = made?.commit ?? '';
    expect(await environment.upstreams.push(followed(), first, commit)).toEqual({ kind: 'moved' });
    expect(theirHead()).toBe(second);
    expect(await environment.upstreams.push(followed(), second, commit)).toEqual({ kind: 'pushed' });
    expect([theirHead(), await environment.upstreams.fetchedHead(followed())]).toEqual([commit, commit]);
    expect(await environment.upstreams.push(followed(), commit, commit)).toEqual({ kind: 'pushed' });
  });

  it('reports a wrong password without printing it or erasing it from its file', async () => {
    await adopted();
    const wrong = `http://ada:wr0ng-secret@${server.host}\n`;
    writeFileSync(credentials, wrong);
    const refused = await environment.upstreams.fetch(followed());
    expect(refused).toMatchObject({ error: { code: 'upstream_denied', retryable: false } });
    expect(JSON.stringify(refused)).not.toContain('wr0ng-secret');
    expect(await environment.upstreams.push(followed(), first, first)).toMatchObject({
      kind: 'refused',
      failure: { code: 'upstream_denied' },
    });
    expect(readFileSync(credentials, 'utf8')).toBe(wrong);
    expect(await environment.repositories.stage(remote(), undefined)).toMatchObject({
      error: { code: 'upstream_denied' },
    });
  });

  it('sends no request when the credential file is missing or readable by others', async () => {
    await adopted();
    chmodSync(credentials, 0o640);
    expect(await environment.upstreams.fetch(followed())).toMatchObject({
      error: { code: 'credentials_exposed' },
    });
    const access = new UpstreamAccess(
      { roots: [], hosts: ['*'] },
      { ...none, credentialsFile: '/no/such/file' },
    );
    expect(await access.openText(server.url('app.git'))).toMatchObject({
      error: { code: 'credentials_missing' },
    });
  });

  it('sends no request to a host that is no longer allowed', async () => {
    await adopted();
    const asked = server.authorized.length;
    const later = new GitEnvironmentFixture(
      environment.dataDir,
      { roots: ['/'], hosts: [] },
      { ...none, credentialsFile: credentials },
    );
    expect(await later.upstreams.fetch(followed())).toMatchObject({ error: { code: 'source_not_allowed' } });
    expect(await later.upstreams.push(followed(), first, first)).toMatchObject({
      failure: { code: 'source_not_allowed' },
    });
    expect(server.authorized).toHaveLength(asked);
  });

  it('reports a missing branch and a missing repository', async () => {
    await adopted();
    source.git('--git-dir', bare, 'branch', '--move', 'main', 'trunk');
    expect(await environment.upstreams.fetch(followed())).toMatchObject({
      error: { code: 'upstream_branch_gone' },
    });
    const known = followed();
    await server.stop();
    expect(await environment.upstreams.fetch(known)).toMatchObject({
      error: { code: 'upstream_unreachable', retryable: true },
    });
    server = await GitServer.start(environment.dataDir, 'ada', secret);
  });

  it('puts no secret into the environment or the arguments of git', async () => {
    const access = new UpstreamAccess({ roots: [], hosts: ['*'] }, { ...none, credentialsFile: credentials });
    const opened = await access.openText(server.url('app.git'));
    expect(JSON.stringify(opened)).not.toContain(encodeURIComponent(secret));
    expect(JSON.stringify(opened)).toContain('credential-store');
  });
});

describe('GitUpstreams over ssh', () => {
  it('connects with the key and the known hosts of files, without prompts', async () => {
    const environment = new GitEnvironmentFixture();
    const key = join(environment.dataDir, "a key's");
    writeFileSync(key, '', { mode: 0o600 });
    const access = new UpstreamAccess(
      { roots: [], hosts: ['git.example.org'] },
      { ...none, sshKeyFile: key, knownHostsFile: '/etc/hosts-known' },
    );
    const opened = await access.openText('git@git.example.org:team/app.git');
    expect(opened).toMatchObject({
      value: {
        url: 'git@git.example.org:team/app.git',
        env: {
          GIT_ALLOW_PROTOCOL: 'ssh',
          GIT_SSH_COMMAND: expect.stringMatching(
            /BatchMode=yes .*StrictHostKeyChecking=yes .*IdentitiesOnly=yes/,
          ),
        },
      },
    });
    expect(JSON.stringify(opened)).toContain(`'\\\\''s'`);
    chmodSync(key, 0o644);
    expect(await access.openText('git@git.example.org:team/app.git')).toMatchObject({
      error: { code: 'credentials_exposed' },
    });
    environment.remove();
  });
});
