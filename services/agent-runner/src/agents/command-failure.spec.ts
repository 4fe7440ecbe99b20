import { faultOf } from '@ymera/contracts';
import type { SandboxOutcome } from '../sandbox/sandbox';
import { sandboxOutcome } from '../testing/sandbox-outcome';
import { commandFailure } from './command-failure';

const run = { searchPath: ['/opt/bin'], network: true, workspacePath: '/ymera/workspace' };
const adviceFor = (outcome: Partial<SandboxOutcome>, network = false) =>
  commandFailure(sandboxOutcome(outcome), { ...run, network })?.suggestion ?? '';

describe('commandFailure', () => {
  it.each([
    'Error: getaddrinfo EAI_AGAIN api.example.org',
    'curl: (6) Could not resolve host: api.example.org',
    'socket.gaierror: [Errno -3] Temporary failure in name resolution',
    'dial tcp: lookup api.example.org: no such host',
    'TypeError: fetch failed',
    'urllib3.exceptions.NewConnectionError: Network is unreachable',
  ])('recognises the closed network in the message: %s', (stderr) => {
    expect(adviceFor({ stderr })).toMatch(/could not reach the network, which is off for it: .*--network/);
  });

  it.each<[how: string, outcome: Partial<SandboxOutcome>]>([
    ['fails', { stderr: 'no idea' }],
    ['hangs', { end: 'timed_out', exitCode: null }],
  ])('mentions the closed network as a possible cause when the command %s', (_, outcome) => {
    expect(adviceFor(outcome)).toMatch(/network is off for it; if it needs one, .*--network/);
  });

  it.each([
    ['disk_exceeded', 'it wrote more than 20 MiB', /YMERA_RUNNER_WORKSPACE_MB/],
    ['memory_exceeded', 'it used more than 20 MiB', /count together/],
  ] as const)('returns %s with the limit and a suggestion', (end, reason, suggestion) => {
    expect(commandFailure(sandboxOutcome({ end, exitCode: null, reason }), run)).toMatchObject({
      code: 'agent_failed',
      message: `The command was ended: ${reason}.`,
      suggestion: expect.stringMatching(suggestion),
    });
  });

  it('names files by repository paths', () => {
    const stderr = 'Error: no\n    at file:///ymera/workspace/src/a.mjs:1:1';
    expect(commandFailure(sandboxOutcome({ stderr }), run)?.message).toMatch(/\n {4}at src\/a.mjs:1:1$/);
  });

  it.each([127, 126])('blames a missing program for exit code %i of the shell', (exitCode) => {
    const missing = commandFailure(sandboxOutcome({ exitCode }), run);
    expect(missing?.code).toBe('command_missing');
    expect(faultOf(missing?.code ?? '')).toBe('machine');
  });

  it('does not blame the network when it is open or nothing ran', () => {
    expect(adviceFor({ stderr: 'getaddrinfo ENOTFOUND' }, true)).not.toContain('network');
    expect(adviceFor({ exitCode: 127 })).not.toContain('network');
  });
});
