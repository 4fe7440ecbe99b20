import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtTools } from '../testing/built-tools';

describe('a runner without a sandbox', () => {
  it('says so on standard error, before it does anything else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ymera-runner-'));
    const runner = spawn(process.execPath, [join(builtTools(), '..', 'main.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        YMERA_SANDBOX: 'none',
        YMERA_GATEWAY_URL: 'http://127.0.0.1:1',
        YMERA_STATE_DIR: folder,
        YMERA_RUNNER_AGENTS: 'testing',
        YMERA_HTTP_PORT: '0',
      },
    });
    const ended = once(runner, 'exit');
    const [said] = (await once(runner.stderr, 'data')) as [Buffer];
    runner.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
    expect(String(said)).toMatch(/^agent-runner: YMERA_SANDBOX=none: .+\n/);
  });
});
