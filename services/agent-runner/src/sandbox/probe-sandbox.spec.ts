import { SandboxFixture } from '../testing/sandbox-fixture';
import { BubblewrapSandbox } from './bubblewrap-sandbox';
import { openSandbox, probeSandbox } from './probe-sandbox';
import type { Sandbox } from './sandbox';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

describe('the probe', () => {
  it('finds a working sandbox', async () => {
    expect(await probeSandbox(fixture.bubblewrap, fixture.scratchFolder)).toEqual({
      ok: true,
      value: undefined,
    });
  });

  it('fails with a suggestion when commands cannot be confined', async () => {
    expect(await probeSandbox(fixture.unconfined, fixture.scratchFolder)).toMatchObject({
      ok: false,
      error: { code: 'sandbox_unavailable', suggestion: expect.stringContaining('--no-sandbox') },
    });
  });

  it('names what a plain chroot lacks', async () => {
    const reason = 'unshare: cannot change root filesystem propagation: Invalid argument';
    const { unconfined } = fixture;
    const sandbox: Sandbox = {
      name: 'none',
      owner: undefined,
      workspacePath: (path) => unconfined.workspacePath(path),
      mountPath: (mount) => unconfined.mountPath(mount),
      run: (run) => unconfined.run({ ...run, command: `echo '${reason}' >&2; exit 1` }),
    };
    expect(await probeSandbox(sandbox, fixture.scratchFolder)).toMatchObject({
      error: { suggestion: expect.stringContaining('mount --bind DIR DIR') },
    });
  });

  it('accepts a host without layers, where writes outside fail and are named', async () => {
    const readOnly = new BubblewrapSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [],
      layers: false,
    });
    expect(await probeSandbox(readOnly, fixture.scratchFolder)).toMatchObject({ ok: true });
    const outcome = await readOnly.run({
      profile: 'command',
      command: 'cat /etc/shadow; echo x > /etc/ymera-escape',
      workspace: fixture.workspace,
      timeoutMs: 10_000,
    });
    expect(outcome.stdout).toBe('');
    expect(outcome.outsideWrites).toEqual([expect.stringContaining('Read-only file system')]);
  });

  it('uses layers where the kernel supports them', async () => {
    const opened = await openSandbox({
      scratchFolder: fixture.scratchFolder,
      hostNode: fixture.hostNode,
      hidden: [],
    });

    expect(opened).toMatchObject({ ok: true, value: { name: 'bubblewrap' } });
  });
});
