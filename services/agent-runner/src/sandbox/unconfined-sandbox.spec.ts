import { SandboxFixture } from '../testing/sandbox-fixture';
import { processesWith, processTree } from './process-tree';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

/** Running processes of this test: all descendants of a run until they are gone. */
const running = () => processTree(process.pid).length;

describe('UnconfinedSandbox', () => {
  it('limits time, output and environment', async () => {
    const before = running();
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: 'echo $HOME; (setsid sleep 1000 &); sleep 1000',
      workspace: fixture.workspace,
      timeoutMs: 400,
    });
    expect(outcome).toMatchObject({
      end: 'timed_out',
      stdout: expect.stringContaining(fixture.scratchFolder),
    });
    expect(outcome.durationMs).toBeLessThan(1_500);
    expect(running()).toBe(before);
    expect(processesWith(`TMPDIR=${fixture.scratchFolder}`)).toEqual([]);
  });

  it('limits the growth of the working copy and of the temporary folder', async () => {
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      // 40 MiB in pieces that are small each.
      command: 'cd $TMPDIR; for i in $(seq 40); do head -c 1048576 /dev/zero > $i; done; sleep 1000',
      workspace: fixture.workspace,
      timeoutMs: 20_000,
      limits: { workspaceMb: 20 },
    });
    expect(outcome).toMatchObject({ end: 'disk_exceeded', reason: expect.stringContaining('20 MiB') });
  });

  it('distinguishes a command that cannot be started', async () => {
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: ['/nowhere/agent'],
      workspace: fixture.workspace,
      timeoutMs: 400,
    });
    expect(outcome).toMatchObject({ end: 'could_not_start', reason: expect.stringContaining('ENOENT') });
  });
});
