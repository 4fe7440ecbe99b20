import type { SandboxOutcome } from '../sandbox/sandbox';

/** A command that ended by itself with exit code 1 and no output, unless a test overrides it. */
export const sandboxOutcome = (outcome: Partial<SandboxOutcome> = {}): SandboxOutcome => ({
  end: 'exited',
  exitCode: 1,
  stdout: '',
  stderr: '',
  outputTruncated: false,
  durationMs: 1,
  peakRssMb: 1,
  cpuMs: 1,
  outsideWrites: [],
  ...outcome,
});
