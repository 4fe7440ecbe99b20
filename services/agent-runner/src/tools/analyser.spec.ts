import type { Sandbox, SandboxOutcome } from '../sandbox/sandbox';
import { sandboxOutcome } from '../testing/sandbox-outcome';
import { Analyser } from './analyser';

describe('Analyser', () => {
  it.each<[Partial<SandboxOutcome>, string, code?: string]>([
    [
      { end: 'timed_out', exitCode: null, durationMs: 2_000, stderr: 'warming up' },
      'its time was over after 2 s',
      'agent_failed',
    ],
    [
      { end: 'memory_exceeded', exitCode: null, reason: 'it used more than 9 MiB' },
      'it used more than 9 MiB',
    ],
    [{ stderr: 'one\nTypeError: no\n' }, 'TypeError: no'],
    [{ stderr: ' ' }, 'exit code 1'],
    [{ end: 'canceled', exitCode: null }, 'canceled'],
  ])('returns the reason of an unfinished analysis: %j', async (outcome, why, code = 'analysis_failed') => {
    const sandbox: Sandbox = {
      name: 'none',
      owner: undefined,
      workspacePath: (workspace) => workspace,
      mountPath: ({ target }) => target,
      run: () => Promise.resolve(sandboxOutcome(outcome)),
    };
    const answer = await new Analyser(sandbox, { program: '/x/analyse.js', node: '/x/node' }).analyse(
      { mode: 'review', files: [], rules: [] },
      { workspace: '/w', timeoutMs: 1, signal: new AbortController().signal },
    );
    expect(answer).toMatchObject({
      ok: false,
      error: { code, retryable: false, message: `The static analysis did not finish: ${why}` },
    });
  });
});
