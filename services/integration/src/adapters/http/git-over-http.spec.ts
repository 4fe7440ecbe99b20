import { registerProject } from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { maxArtefactBytes } from '../../application/artefacts';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { admin, landOrder, createCommitOrder } from '../../testing/integration-environment';
import { credential, principals, RunningIntegration } from '../../testing/running-integration';

const basic = (principal: string, password: string) =>
  `Basic ${Buffer.from(`${principal}:${password}`).toString('base64')}`;
const authorization = basic(principals.active, credential);

jest.setTimeout(30_000);

describe('git and artefacts over HTTP (real git as the client)', () => {
  let running: RunningIntegration;
  let source: SourceRepository;
  let folder: string;
  let base: string;
  let change: { commit: string; tree: string };

  beforeAll(async () => {
    source = sampleSource();
    folder = mkdtempSync(join(tmpdir(), 'ymera-client-'));
    running = await RunningIntegration.start();
    const made = await running.ask(registerProject, {
      project_id: 'sample',
      source: source.path,
      actor: admin,
    });
    base = made.ok ? made.value.head : '';
    const order = createCommitOrder(base, source.propose((at) => at.write('a.txt', 'a\n')).patch);
    await running.createCommit(order);
    const [told] = await running.told(order.request_id);
    change = told?.payload as typeof change;
  }, 30_000);
  afterAll(async () => {
    await running.stop();
    source.remove();
    rmSync(folder, { recursive: true });
  });

  /** The project's address with a login in it. */
  const address = (user: string = principals.active, password = credential, project = 'sample') =>
    running.url.replace('://', `://${user}:${password}@`) + `/git/${project}.git`;

  const git = (...args: string[]): Promise<string> => gitWith({}, ...args);

  async function gitWith(env: Record<string, string>, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('git', args, {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@example.org',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.org',
        ...env,
      },
    });
    return stdout.trim();
  }

  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${running.url}${path}`, { ...init, headers: { authorization, ...(init.headers as object) } });

  it.each(['0', '1', '2'])(
    'serves a clone by protocol version %s with the branch and nothing else',
    async (version) => {
      const into = `clone-${version}`;
      await git('-c', `protocol.version=${version}`, 'clone', '--quiet', address(), into);
      expect(await git('-C', into, 'rev-parse', 'HEAD')).toBe(base);
      const shown = await git('-c', `protocol.version=${version}`, 'ls-remote', address());
      expect(shown.split('\n')).toEqual([`${base}\tHEAD`, `${base}\trefs/heads/main`]);
      expect(await git('-C', into, 'symbolic-ref', '--short', 'HEAD')).toBe('main');
      expect(readFileSync(join(folder, into, 'package.json'), 'utf8')).toContain('node --test');
    },
  );

  it.each(['0', '2'])(
    'serves a change by its commit id, also shallow, by protocol version %s',
    async (version) => {
      const into = `change-${version}`;
      await git('init', '--quiet', into);
      const fetch = [
        '-C',
        into,
        '-c',
        `protocol.version=${version}`,
        'fetch',
        '--quiet',
        '--depth=1',
        address(),
      ];
      await git(...fetch, change.commit, base);
      expect(await git('-C', into, 'rev-parse', `${change.commit}^{tree}`)).toBe(change.tree);
      await expect(git(...fetch, '1'.repeat(40))).rejects.toThrow(/not our ref|did not send|upload-pack/);
    },
  );

  it('accepts a gzipped request of a client with many own commits', async () => {
    const many = sampleSource().lengthen('main', 40);
    const mine = sampleSource().lengthen('mine', 200);
    const made = await running.ask(registerProject, { project_id: 'many', source: many.path, actor: admin });
    const trace = join(folder, 'trace');
    const from = address(principals.active, credential, 'many');
    await gitWith({ GIT_TRACE_CURL: trace }, '-C', mine.path, 'fetch', '--quiet', from, 'main');
    expect(readFileSync(trace, 'utf8')).toMatch(/content-encoding: gzip/i);
    expect(await git('-C', mine.path, 'rev-parse', 'FETCH_HEAD')).toBe(made.ok ? made.value.head : '');
    many.remove();
    mine.remove();
  });

  it.each([
    ['a wrong credential', 'runner-1', 'ymk_1_wrong'],
    ['the name of another principal', 'runner-7', credential],
    ['a service’s name', 'svc-registry', credential],
  ])('refuses %s', async (_, user, password) => {
    await expect(git('clone', '--quiet', address(user, password), 'never')).rejects.toThrow(
      /Authentication failed|could not read/,
    );
  });

  it('challenges with Basic, refuses a frozen principal and answers 404 for an unknown project', async () => {
    const refs = '/git/sample.git/info/refs?service=git-upload-pack';
    const anonymous = await fetch(`${running.url}${refs}`);
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="ymera"',
    ]);
    const frozen = await call(refs, { headers: { authorization: basic(principals.frozen, credential) } });
    expect([frozen.status, await frozen.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'principal_refused' }),
    ]);
    for (const project of ['unknown', '..%2f..%2fetc', 'sample.git.git', '%00']) {
      const found = await call(`/git/${project}.git/info/refs?service=git-upload-pack`);
      expect(found.status).toBe(404);
    }
    // Without a credential the answer must not reveal whether a project exists.
    expect((await fetch(`${running.url}/git/unknown.git/info/refs`)).status).toBe(401);
  });

  it('refuses a push and every other write', async () => {
    await git('clone', '--quiet', address(), 'pusher');
    await git('-C', 'pusher', 'commit', '--quiet', '--allow-empty', '-m', 'mine');
    await expect(git('-C', 'pusher', 'push', '--quiet', 'origin', 'HEAD:main')).rejects.toThrow(/403/);
    await expect(
      git('-C', 'pusher', 'push', '--quiet', 'origin', 'HEAD:refs/ymera/changes/x'),
    ).rejects.toThrow(/403/);
    const receive = await call('/git/sample.git/git-receive-pack', {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
      body: '0000',
    });
    expect(receive.status).toBe(403);
    for (const path of [
      '/info/refs',
      '/info/refs?service=git-receive-pack',
      '/HEAD',
      '/objects/info/packs',
      '/config',
    ])
      expect((await call(`/git/sample.git${path}`)).status).toBe(403);
    const head = await git('ls-remote', address(), 'refs/heads/main');
    expect(head.split('\t')[0]).toBe(base);
  });

  it('rejects a request that unpacks to more than the limit', async () => {
    const line = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text;
    const have = line(`have ${'1'.repeat(40)}\n`);
    const request = [line('command=fetch'), '0001', line(`want ${base}\n`), have.repeat(400_000), '0000'];
    const body = gzipSync(request.join(''));
    expect(body.length).toBeLessThan(1_000_000);
    const answer = await call('/git/sample.git/git-upload-pack', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
        'git-protocol': 'version=2',
      },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'request_too_large' }),
    ]);
    expect((await call('/git/sample.git/info/refs?service=git-upload-pack')).status).toBe(200);
  });

  it('serves a landed change to a clone', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('b.txt', 'b\n')).patch);
    await running.createCommit(order);
    const [told] = await running.told(order.request_id);
    const { change_id, commit, tree } = told?.payload as Record<'change_id' | 'commit' | 'tree', string>;
    const made = {
      changeId: change_id,
      projectId: 'sample',
      workflowId: order.workflow_id,
      requestId: order.request_id,
      agentId: order.agent_id,
      base,
      commit,
      tree,
    };
    await running.land(landOrder(made as Parameters<typeof landOrder>[0]));
    await running.told(order.request_id, 2);
    await git('clone', '--quiet', address(), 'landed');
    expect(await git('-C', 'landed', 'rev-parse', 'HEAD^{tree}')).toBe(tree);
    expect(readFileSync(join(folder, 'landed', 'b.txt'), 'utf8')).toBe('b\n');
  });

  it('stores artefacts under their digest', async () => {
    const content = Buffer.from('a report');
    const path = `/artefacts/sha256/${sha256Hex(content)}`;
    const put = (to: string, body: Buffer<ArrayBuffer>, headers: object = {}) =>
      call(to, { method: 'PUT', body, headers: { 'content-type': 'application/octet-stream', ...headers } });
    expect((await call(path)).status).toBe(404);
    const first = await put(path, content);
    expect([first.status, await first.json()]).toEqual([
      201,
      { digest: `sha256:${sha256Hex(content)}`, size_bytes: 8 },
    ]);
    expect((await put(path, content)).status).toBe(200);
    const found = await call(path);
    expect(Buffer.from(await found.arrayBuffer())).toEqual(content);
    expect(found.headers.get('x-content-type-options')).toBe('nosniff');
    const other = await put(`/artefacts/sha256/${'0'.repeat(64)}`, content);
    expect([other.status, await other.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'digest_mismatch' }),
    ]);
    expect((await put('/artefacts/sha256/..%2f..%2fx', content)).status).toBe(400);
    expect((await fetch(`${running.url}${path}`)).status).toBe(401);
    expect((await put(path, content, { authorization: `Bearer ${credential}` })).status).toBe(200);
  });

  it('rejects an artefact above 64 MiB before reading it', async () => {
    const answer = await call(`/artefacts/sha256/${'0'.repeat(64)}`, {
      method: 'PUT',
      body: Buffer.alloc(maxArtefactBytes + 1),
      headers: { 'content-type': 'application/octet-stream' },
    }).then(
      ({ status }) => status,
      // The connection is closed while the client still sends: it may see that first.
      () => 413,
    );
    expect(answer).toBe(413);
  });
});

leakGuard();
