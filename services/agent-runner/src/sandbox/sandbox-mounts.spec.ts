import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SandboxFixture } from '../testing/sandbox-fixture';
import type { SandboxMount } from './sandbox';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

const packages = join(fixture.folder, 'packages');
mkdirSync(join(packages, 'inner'), { recursive: true, mode: 0o777 });
writeFileSync(join(packages, 'kept.js'), 'kept');
const run = (command: string, access: SandboxMount['access'], profile: 'project' | 'command') =>
  fixture.run(command, {
    profile,
    mounts: [{ source: packages, target: 'node_modules', ...(access ? { access } : {}) }],
  });

describe.each(['project', 'command'] as const)('a mount of a %s run', (profile) => {
  it('is read-only', async () => {
    const outcome = await run('cat node_modules/kept.js; echo x > node_modules/new', undefined, profile);
    expect(outcome.stdout).toBe('kept');
    expect(outcome.stderr).toContain('Read-only file system');
  });

  it('with a layer accepts writes that the next run does not see', async () => {
    const write = 'mkdir node_modules/.cache && echo x > node_modules/.cache/a && cat node_modules/.cache/a';
    expect(await run(write, 'layered', profile)).toMatchObject({
      exitCode: 0,
      stdout: 'x\n',
      outsideWrites: [],
    });
    expect(await run('test ! -e node_modules/.cache', 'layered', profile)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(packages, 'kept.js'), 'utf8')).toBe('kept');
  });

  it('leaves no empty mount point', async () => {
    const mounts = [{ source: packages, target: 'a/node_modules', access: 'layered' }] as const;
    mkdirSync(join(fixture.workspace, 'a'), { recursive: true });
    expect(await fixture.run('ls a/node_modules', { profile, mounts })).toMatchObject({
      exitCode: 0,
    });
    expect(existsSync(join(fixture.workspace, 'a/node_modules'))).toBe(false);
  });

  it('that is writable keeps writes', async () => {
    const { owner } = fixture.bubblewrap;
    if (owner) chownSync(packages, owner.uid, owner.gid);
    expect(await run(`echo x > node_modules/${profile}`, 'write', profile)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(packages, profile), 'utf8')).toBe('x\n');
  });
});

describe('the folders of a project’s tools', () => {
  it('come before all others on PATH', async () => {
    const outcome = await fixture.run('echo $PATH', {
      toolPath: ['/opt/tool/bin'],
      searchPath: ['/opt/own'],
    });
    expect(outcome.stdout).toMatch(/^\/opt\/tool\/bin:.*:\/opt\/own:/);
  });
});
