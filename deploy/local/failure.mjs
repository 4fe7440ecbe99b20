/** What may be gone the next time, with nothing changed here: who holds something, and what does not answer yet. */
const PASSING = new Set([
  'already_running',
  'dependencies',
  'install_busy',
  'packages_failed',
  'port_taken',
  'postgres_unavailable',
  'rabbitmq_unavailable',
  'service_not_ready',
]);

/** Whose doing a failure is, in the words of `libs/contracts`; what is not named here is the machine's. */
const FAULTS = new Map([
  ...[
    ...['argument_invalid', 'argument_missing', 'variable_not_set', 'unknown_command', 'unknown_option'],
    ...['unknown_tool', 'bench_missing', 'corpus_missing', 'topology_missing'],
  ].map((code) => [code, 'request']),
  ...['build_failed', 'start_failed', 'service_died', 'internal'].map((code) => [code, 'platform']),
]);

/** An expected outcome of the launcher: told in one sentence, with what to do, and no stack trace. */
export class LauncherFailure extends Error {
  constructor(code, message, { suggestion, exitCode = 1, detail } = {}) {
    super(message);
    this.name = 'LauncherFailure';
    this.code = code;
    this.suggestion = suggestion;
    this.exitCode = exitCode;
    this.detail = detail;
  }
}

const LONGEST_LINE = 500;

/**
 * The last line for programs, in the shape that all errors have; `detail` are the last words of what failed. What was not
 * expected is `internal`.
 */
export function failedLine(error) {
  const code = error instanceof LauncherFailure ? error.code : 'internal';
  const { message, suggestion } = error;
  const detail = error.detail?.map((line) => line.slice(0, LONGEST_LINE));
  return JSON.stringify({
    state: 'failed',
    error: {
      code,
      message,
      retryable: PASSING.has(code),
      ...(suggestion ? { suggestion } : {}),
      fault: FAULTS.get(code) ?? 'machine',
      ...(detail?.length ? { detail } : {}),
    },
  });
}
