import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentsOnSample, input, project } from '../testing/agents-on-sample';
import type { CommandOptions } from './tool-agents';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('CommandAgent', () => {
  const outside = join(fixture.stateFolder, '..', 'beside');
  const exec = (
    command: string,
    options: { deadlineMs?: number; signal?: AbortSignal } & Partial<CommandOptions> = {},
  ) =>
    run(
      agents.command('CODING', command, { network: false, ...options }),
      {
        type: 'code',
        base,
        project,
        input,
        deadline: new Date(Date.now() + (options.deadlineMs ?? 60_000)).toISOString(),
      },
      options.signal,
    );

  it('passes the task on standard input, runs in the working copy and returns its changes', async () => {
    const { result, log, steps } = await exec(
      'cat > task.json; echo \'::ymera progress 0.5 half way\'; echo hello; git status --porcelain; node -e \'const t = JSON.parse(fs.readFileSync("task.json")); fs.writeFileSync("note.txt", t.input.request_text)\'; rm task.json',
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { base, patch: expect.stringContaining('+Improve the performance') },
    });
    expect(steps).toContain('half way');
    expect(log).toBe('hello\n?? task.json\n');
  });

  it('names files by repository paths in its log', async () => {
    const { log, steps } = await exec(
      'echo "::ymera progress 0.5 in $PWD/src"; printf "at $PWD"; echo "/src/a.mjs"; printf "no $PWD/b" >&2; echo x > x',
    );
    expect(log.split(/(?=no )/).sort()).toEqual(['at src/a.mjs\n', 'no b']);
    expect(steps).toContain('in src');
  });

  it('passes no internal data of the runner and the platform to the command', async () => {
    const { log } = await exec('cat; echo x > x');
    expect(log).toContain('"request_text"');
    expect(log).not.toMatch(/fencing_token|workspace_url|secret/);
  });

  it('returns the changed files also when the command commits', async () => {
    const { result } = await exec('echo x > x && git add x && git commit -qm x');
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { patch: expect.stringContaining('+++ b/x') },
    });
  });

  it.each([
    ['fails', 'echo it broke >&2; exit 3', 'agent_failed', /exit code 3.*it broke/s],
    ['cannot start', '/nowhere/agent', 'command_missing', /could not be started.*nowhere/s],
    ['changes nothing', 'true', 'change_empty', /Nothing was changed/],
    ['leaves a link that leaves', 'ln -s /etc/passwd leak', 'change_outside', /leak links to/],
    ['writes beside the copy', 'echo x > x; echo x > ../escape', 'change_outside', /\.\.\/escape/],
    [
      'writes to the system',
      'echo x > x; echo x > /etc/ymera-escape',
      'change_outside',
      /\/etc\/ymera-escape/,
    ],
    ['writes to its home', 'echo x > x; echo x > ~/escape', 'change_outside', /~\/escape/],
    ['writes to /tmp', 'echo x > x; echo x > /tmp/ymera-escape', 'change_outside', /\/tmp\/ymera-escape/],
    ['writes outside and then fails', 'echo x > /tmp/ymera-escape; exit 1', 'change_outside', /ymera-escape/],
  ])('returns a code and a message for a command that %s', async (_, command, code, message) => {
    const { result } = await exec(command);
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code, message: expect.stringMatching(message) },
    });
    expect(result.change).toBeUndefined();
  });

  it('finds the command on its author’s PATH, and the files beside it', async () => {
    const bin = join(outside, 'own bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'my-agent'), '#!/bin/sh\n. "${0%/*}/words.sh"; echo "$word $1" > made.txt\n', {
      mode: 0o755,
    });
    writeFileSync(join(bin, 'words.sh'), 'word=found\n');
    const found = { change: { patch: expect.stringContaining('+found fast') } };
    expect((await exec('my-agent fast', { searchPath: [bin] })).result).toMatchObject(found);
    const wrapped = 'timeout 20 nice my-agent fast';
    expect((await exec(wrapped, { searchPath: [bin] })).result).toMatchObject(found);
    expect((await exec(`'${bin}/my-agent' fast`)).result).toMatchObject(found);
  });

  it('names the searched folders when the command is not found', async () => {
    const { result } = await exec('my-agnet', { searchPath: ['/opt/ada/bin'] });
    expect(result.error).toMatchObject({
      code: 'command_missing',
      message: expect.stringMatching(/could not be started.*my-agnet.*not found/s),
      suggestion: expect.stringMatching(/full path.*\/opt\/ada\/bin, .*\/usr\/bin/),
    });
  });

  it('passes variables to the command and withholds their values from all output', async () => {
    const environment = { MODEL_KEY: 'sk-test-0123456789', MODEL: 'fast' };
    const { result, log } = await exec(
      'echo "with $MODEL_KEY"; echo "model $MODEL" > made.txt; echo "no $MODEL_KEY" >&2; exit 3',
      { environment },
    );
    expect(log).toBe('with [withheld]\nno [withheld]\n');
    expect(result.error?.message).toMatch(/no \[withheld\]$/);
    expect((await exec('echo "model $MODEL" > made.txt', { environment })).result).toMatchObject({
      change: { patch: expect.stringContaining('+model fast') },
    });
    const written = await exec('echo "key $MODEL_KEY" > made.txt', { environment });
    expect(written.result).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_failed', message: expect.stringContaining('MODEL_KEY') },
    });
    expect(JSON.stringify(written)).not.toContain(environment.MODEL_KEY);
  });

  it('ends a command that exceeds its deadline', async () => {
    const { result } = await exec('echo x > x; sleep 1000', { deadlineMs: 2_500 });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_failed', message: expect.stringContaining('still running') },
    });
  });

  it('kills a canceled command within a second', async () => {
    const abort = new AbortController();
    let canceledAt = 0;
    setTimeout(() => {
      canceledAt = performance.now();
      abort.abort(new Error('canceled by its requester'));
    }, 1_000);
    const { result } = await exec('trap "" TERM INT; while :; do sleep 0.1; done', { signal: abort.signal });
    expect(result).toMatchObject({ outcome: 'canceled' });
    expect(performance.now() - canceledAt).toBeLessThan(1_000);
  });

  it('works without a sandbox, and finds files in the author’s folder', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(
      join(outside, 'agent.mjs'),
      "import { writeFileSync } from 'node:fs'; writeFileSync('made.txt', 'x\\n');",
    );
    const unconfined = fixture.agents(fixture.unconfined);
    const { result } = await run(
      unconfined.command('CODING', 'node agent.mjs', { network: false, folder: outside }),
      {
        type: 'code',
        base,
        project,
        input,
      },
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { patch: expect.stringContaining('made.txt') },
    });
  });
});
