import { SandboxFixture } from '../testing/sandbox-fixture';
import { processesWith, processTree } from './process-tree';

jest.setTimeout(60_000);

const fixture = new SandboxFixture();
afterAll(() => fixture.close());

/** Processes of this test that still run: everything a run started descends from here until it is gone. */
const running = () => processTree(process.pid).length;

describe('without a sandbox', () => {
  it('time, output and environment are bounded all the same', async () => {
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

  it('neither the working copy nor the temporary folder can fill the disk', async () => {
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

  it('a command that cannot be started is told apart', async () => {
    const outcome = await fixture.unconfined.run({
      profile: 'command',
      command: ['/nowhere/agent'],
      workspace: fixture.workspace,
      timeoutMs: 400,
    });
    expect(outcome).toMatchObject({ end: 'could_not_start', reason: expect.stringContaining('ENOENT') });
  });
});
