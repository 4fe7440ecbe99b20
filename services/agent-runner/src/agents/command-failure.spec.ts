import { faultOf } from '@ymera/contracts';
import type { SandboxOutcome } from '../sandbox/sandbox';
import { sandboxOutcome } from '../testing/sandbox-outcome';
import { commandFailure } from './command-failure';

const run = { searchPath: ['/opt/bin'], network: true, workspacePath: '/ymera/workspace' };
const adviceFor = (outcome: Partial<SandboxOutcome>, network = false) =>
  commandFailure(sandboxOutcome(outcome), { ...run, network })?.suggestion ?? '';

describe('why a command failed', () => {
  it.each([
    'Error: getaddrinfo EAI_AGAIN api.example.org',
    'curl: (6) Could not resolve host: api.example.org',
    'socket.gaierror: [Errno -3] Temporary failure in name resolution',
    'dial tcp: lookup api.example.org: no such host',
    'TypeError: fetch failed',
    'urllib3.exceptions.NewConnectionError: Network is unreachable',
  ])('is the closed network, by its words: %s', (stderr) => {
    expect(adviceFor({ stderr })).toMatch(/could not reach the network, which is off for it: .*--network/);
  });

  it.each<[how: string, outcome: Partial<SandboxOutcome>]>([
    ['fails', { stderr: 'no idea' }],
    ['hangs', { end: 'timed_out', exitCode: null }],
  ])('may be the closed network whenever it %s', (_, outcome) => {
    expect(adviceFor(outcome)).toMatch(/network is off for it; if it needs one, .*--network/);
  });

  it.each([
    ['disk_exceeded', 'it wrote more than 20 MiB', /YMERA_RUNNER_WORKSPACE_MB/],
    ['memory_exceeded', 'it used more than 20 MiB', /count together/],
  ] as const)('is %s, with the limit and what to do', (end, reason, suggestion) => {
    expect(commandFailure(sandboxOutcome({ end, exitCode: null, reason }), run)).toMatchObject({
      code: 'agent_failed',
      message: `The command was ended: ${reason}.`,
      suggestion: expect.stringMatching(suggestion),
    });
  });

  it('names files as the repository does', () => {
    const stderr = 'Error: no\n    at file:///ymera/workspace/src/a.mjs:1:1';
    expect(commandFailure(sandboxOutcome({ stderr }), run)?.message).toMatch(/\n {4}at src\/a.mjs:1:1$/);
  });

  it.each([127, 126])('is the machine that lacks the program, with exit code %i of the shell', (exitCode) => {
    const missing = commandFailure(sandboxOutcome({ exitCode }), run);
    expect(missing?.code).toBe('command_missing');
    expect(faultOf(missing?.code ?? '')).toBe('machine');
  });

  it('is not the network where it is open, or where nothing ran', () => {
    expect(adviceFor({ stderr: 'getaddrinfo ENOTFOUND' }, true)).not.toContain('network');
    expect(adviceFor({ exitCode: 127 })).not.toContain('network');
  });
});
