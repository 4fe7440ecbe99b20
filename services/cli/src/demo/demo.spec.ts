import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  getProject,
  getRequestRoute,
  getWorkflowRoute,
  registerProjectRoute,
  requestEventsRoute,
  submitRequestRoute,
} from '@ymera/contracts';
import { FakeGateway } from '../testing/fake-gateway';
import { entry, running, workflow } from '../testing/sample-answers';
import { type DemoPlace, runDemo } from './demo';
import { demoOptions, type RawDemoOptions } from './demo-options';
import type { DemoResult } from './demo-result';
import { keepClone } from './repositories';

const ended = [entry('coordinator.request.ended.v1', { state: 'completed' })];

describe('demo (with a fake gateway and real repositories)', () => {
  let gateway: FakeGateway;
  let root: string;
  let folder: string;
  let place: DemoPlace;
  let written: string;

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ymera-demo-')));
    folder = join(root, 'demo');
    mkdirSync(join(root, 'samples/guest-list'), { recursive: true });
    writeFileSync(join(root, 'samples/guest-list/a.js'), '1\n');
    gateway = await FakeGateway.start();
    gateway
      .answer(registerProjectRoute, getProject.replySample)
      .answer(submitRequestRoute, running)
      .answer(requestEventsRoute, ended)
      .answer(getRequestRoute, { ...running, state: 'completed' })
      .answer(getWorkflowRoute, workflow);
    const token = { adminToken: 't', requesterToken: 't', approverToken: 't' };
    place = { ...token, gatewayUrl: gateway.url, folder, samples: join(root, 'samples') };
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    written = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await gateway.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const demo = (raw: RawDemoOptions = {}, signal = new AbortController().signal): Promise<number> =>
    runDemo(demoOptions({ ...raw, json: true }, root), place, signal);
  const git = (where: string, ...args: string[]): string =>
    execFileSync('git', ['-C', where, '-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const registered = (): string[] =>
    gateway.asked
      .filter(({ operation }) => operation === registerProjectRoute.operation)
      .map(({ body }) => (body as { source: string }).source);

  describe('gives each demo a sample of its own', () => {
    it('when two run at the same time, and removes both', async () => {
      const seen: string[] = [];
      gateway.beforeAnswering(registerProjectRoute, (body) => {
        const { source } = body as { source: string };
        seen.push(`${git(source, 'log', '--format=%s')}: ${readFileSync(join(source, 'a.js'), 'utf8')}`);
      });
      expect(await Promise.all([demo(), demo()])).toEqual([0, 0]);
      expect(seen).toEqual(['The sample project: 1\n', 'The sample project: 1\n']);
      expect(new Set(registered()).size).toBe(2);
      expect(readdirSync(folder)).toEqual([]);
    });

    it('and removes it when the demo fails', async () => {
      gateway.answer(submitRequestRoute, {}, 503);
      await expect(demo()).rejects.toMatchObject({ code: 'http_503' });
      expect(readdirSync(folder)).toEqual([]);
    });

    it('and removes that of a killed demo after a day, but not that of a running one', async () => {
      const [old, fresh] = ['sample-killed', 'sample-goeson'].map((name) => join(folder, name));
      for (const path of [old, fresh]) mkdirSync(path ?? '', { recursive: true });
      const dayAgo = Date.now() / 1000 - 90_000;
      utimesSync(old ?? '', dayAgo, dayAgo);
      await demo();
      expect(readdirSync(folder)).toEqual(['sample-goeson']);
    });
  });

  it('keeps the last five clones, and does not count samples among them', async () => {
    const landed = join(root, 'samples/guest-list');
    git(landed, 'init', '--quiet');
    mkdirSync(join(folder, 'sample-goeson'), { recursive: true });
    utimesSync(join(folder, 'sample-goeson'), 0, 0);
    for (const age of [1, 2, 3, 4, 5]) {
      mkdirSync(join(folder, `${age}.git`));
      utimesSync(join(folder, `${age}.git`), 1000 - age, 1000 - age);
    }
    expect(existsSync(await keepClone(landed, folder, 'new'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(
      ['1.git', '2.git', '3.git', '4.git', 'new.git', 'sample-goeson'].sort(),
    );
  });

  describe('prints the landed commit also when the person cannot get it', () => {
    let mine: string;
    let commit: string;
    const landsIn = (repository: string): void => {
      const landed = { commit, tree: 'b'.repeat(40), branch: 'main' };
      gateway
        .answer(registerProjectRoute, { ...getProject.replySample, repository })
        .answer(getWorkflowRoute, { ...workflow, result: { ...workflow.result, landed } });
    };
    const result = (): DemoResult => JSON.parse(written) as DemoResult;

    beforeEach(() => {
      mine = join(root, 'my own');
      mkdirSync(mine);
      git(mine, 'init', '--quiet', '--initial-branch=main');
      git(mine, 'commit', '--quiet', '--allow-empty', '-m', 'one');
      commit = git(mine, 'rev-parse', 'HEAD');
    });

    it('because a branch is in the way: with git’s reason, and how to fetch it by hand', async () => {
      git(mine, 'branch', 'ymera');
      landsIn(mine);
      expect(await demo({ repo: mine, land: true })).toBe(1);
      const { request_id, repo, error } = result();
      expect(result()).toMatchObject({
        state: 'completed',
        commit,
        repo: join(folder, `${request_id}.git`),
        landed_branch: null,
        error: {
          code: 'land_failed',
          message: expect.stringMatching(
            /^error: cannot lock ref 'refs\/heads\/ymera\/.*'refs\/heads\/ymera' exists/,
          ),
          suggestion: `Fetch it by hand: git -C '${mine}' fetch ${repo ?? ''} main:landed-${request_id}`,
        },
      });
      execFileSync('sh', ['-c', error?.suggestion?.split(': ')[1] ?? 'false'], { stdio: 'pipe' });
      expect(git(mine, 'rev-parse', `landed-${request_id}`)).toBe(commit);
    });

    it('because the clone cannot be made', async () => {
      landsIn(join(root, 'nowhere.git'));
      expect(await demo({ repo: mine, land: true })).toBe(1);
      expect(result()).toMatchObject({
        state: 'completed',
        commit,
        repo: null,
        landed_branch: null,
        error: { code: 'clone_failed', suggestion: `Clone it by hand: git clone --bare ${root}/nowhere.git` },
      });
      expect(git(mine, 'branch', '--format=%(refname:short)')).toBe('main');
    });

    it('because the interruption came too late: a clone is kept, and the repository is not changed', async () => {
      landsIn(mine);
      const stop = new AbortController();
      gateway.beforeAnswering(requestEventsRoute, () => {
        stop.abort();
      });
      expect(await demo({ repo: mine, land: true }, stop.signal)).toBe(130);
      expect(result()).toMatchObject({
        state: 'completed',
        commit,
        repo: join(folder, `${result().request_id}.git`),
        landed_branch: null,
        error: { code: 'interrupted', message: expect.stringContaining(`landed as ${commit} on main`) },
      });
      expect(git(mine, 'branch', '--format=%(refname:short)')).toBe('main');
    });

    it('and prints no such note on success', async () => {
      landsIn(mine);
      expect(await demo({ repo: mine, land: true })).toBe(0);
      expect(result()).toMatchObject({ landed_branch: `ymera/${result().request_id}` });
      expect(result()).not.toHaveProperty('error');
    });
  });
});
