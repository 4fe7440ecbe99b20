import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoOptions, type RawDemoOptions } from './demo-options';
import { preflight, preflightWords } from './preflight';

// Mission: G4
describe('preflight', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ymera-preflight-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const repository = (): void => {
    const git = (...args: string[]): void => {
      execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args]);
    };
    git('init', '--quiet');
    writeFileSync(join(folder, 'a.js'), '1\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'one');
  };
  const options = (extra: object) => demoOptions({ repo: folder, ...extra }, '/');

  it('refuses an empty request', async () => {
    await expect(preflight(options({ request: '  \n' }))).rejects.toMatchObject({
      code: 'request_empty',
      exitCode: 1,
    });
  });

  it('uses the whole repository for one of its folders, and reports the folder', async () => {
    repository();
    mkdirSync(join(folder, 'part'));
    await expect(preflight(demoOptions({ repo: 'part' }, folder))).resolves.toMatchObject({
      path: realpathSync(folder),
      below: 'part/',
    });
    await expect(preflight(options({}))).resolves.toMatchObject({ below: '' });
  });

  it('refuses an empty path, which would resolve to the current folder', async () => {
    repository();
    await expect(preflight(demoOptions({ repo: '' }, folder))).rejects.toMatchObject({
      code: 'usage',
      exitCode: 2,
    });
  });

  it('refuses an empty test command', async () => {
    repository();
    expect(options({ test: 'make check' }).commands).toEqual({ test: 'make check' });
    await expect(preflight(options({ test: ' ' }))).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  });

  it.each<[title: string, raw: RawDemoOptions]>([
    ['beside a repository', { sample: 'user-service', repo: '.', exec: 'x' }],
    ['without the command that it takes', { sample: 'user-service' }],
  ])('refuses a sample %s', async (_, raw) => {
    await expect(preflight(demoOptions(raw, folder))).rejects.toMatchObject({ code: 'usage', exitCode: 2 });
  });

  it('uses the default request of each sample unless another one is given', async () => {
    const asked = demoOptions({ sample: 'user-service', exec: 'x' }, folder);
    expect(asked.request).toBe('Fix the memory leak in user service');
    await expect(preflight(asked)).resolves.toBeUndefined();
    expect(demoOptions({}, folder).request).toBe('Improve the performance of this algorithm');
    expect(demoOptions({ sample: 'user-service', request: 'Add x' }, folder).request).toBe('Add x');
  });

  it.each(['nowhere', '.'])('refuses %s when it is no repository', async (path) => {
    await expect(preflight(demoOptions({ repo: path }, folder))).rejects.toMatchObject({
      code: 'repo_not_found',
    });
  });

  it('uses HEAD of a dirty repository and names the dirty files', async () => {
    repository();
    writeFileSync(join(folder, 'a.js'), '2\n');
    writeFileSync(join(folder, 'new file.js'), '3\n');
    const source = await preflight(options({}));
    expect(source?.dirtyFiles).toEqual(['a.js', 'new file.js']);
    expect(source?.head).toMatch(/^[0-9a-f]{40}$/);
  });

  it('refuses to land into a dirty repository', async () => {
    repository();
    writeFileSync(join(folder, 'a.js'), '2\n');
    await expect(preflight(options({ land: true }))).rejects.toMatchObject({ code: 'repo_dirty' });
  });

  it('prints one line when nothing is refused', async () => {
    repository();
    writeFileSync(join(folder, 'new.js'), '3\n');
    const asked = options({ request: 'Add x', json: true });
    const source = await preflight(asked);
    const line = preflightWords(asked, source);
    expect(line).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(line)).toEqual({
      state: 'ready',
      request: 'Add x',
      repo: realpathSync(folder),
      commit: source?.head,
      dirty_files: ['new.js'],
    });
    expect(preflightWords({ ...asked, json: false }, source)).toMatch(/"Add x" in .*not seen: new\.js\.\n$/);
    expect(preflightWords(demoOptions({}, '/'), undefined)).toContain('the sample guest-list');
  });

  it('resolves the path from the person’s folder', () => {
    expect(demoOptions({ repo: '../x' }, '/home/ada/y').repo).toBe('/home/ada/x');
  });
});
