/** Failures that may pass with nothing changed here: a lock that another process holds, a server that does not answer yet. */
const RETRYABLE = new Set([
  'already_running',
  'dependencies',
  'install_busy',
  'packages_failed',
  'port_taken',
  'postgres_unavailable',
  'rabbitmq_unavailable',
  'service_not_ready',
]);

/**
 * The side at fault, in the words of `libs/contracts`. Codes that are not listed are faults of the machine.
 * @type {ReadonlyMap<string, 'request' | 'platform'>}
 */
const FAULTS = new Map([
  ...[
    ...['argument_invalid', 'argument_missing', 'variable_not_set', 'unknown_command', 'unknown_option'],
    ...['unknown_tool', 'bench_missing', 'corpus_missing', 'topology_missing'],
  ].map((code) => /** @type {const} */ ([code, 'request'])),
  ...['build_failed', 'start_failed', 'service_died', 'internal'].map(
    (code) => /** @type {const} */ ([code, 'platform']),
  ),
]);

/**
 * An expected outcome of the launcher: one sentence and what to do, without a stack trace.
 * @typedef {object} FailureOptions
 * @property {string | undefined} [suggestion] what to do
 * @property {number} [exitCode] default: 1
 * @property {readonly string[] | undefined} [detail] last lines that the failed program wrote
 */
export class LauncherFailure extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {FailureOptions} [options]
   */
  constructor(code, message, { suggestion, exitCode = 1, detail } = {}) {
    super(message);
    this.name = 'LauncherFailure';
    this.code = code;
    this.suggestion = suggestion;
    this.exitCode = exitCode;
    this.detail = detail;
  }

  /**
   * The same failure with the last lines of the process that caused it; lines that it has already stay.
   * @param {readonly string[] | undefined} lines
   */
  withDetail(lines) {
    this.detail ??= lines;
    return this;
  }
}

/** @param {unknown} error what was caught */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * The code of a system error, such as `EEXIST`.
 * @param {unknown} error what was caught
 */
export const codeOf = (error) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const MAX_DETAIL_LINE_LENGTH = 500;

/**
 * The last line for programs, in the shape that all errors have. An unexpected error has the code `internal`.
 * @param {unknown} error
 */
export function failedLine(error) {
  const expected = error instanceof LauncherFailure ? error : undefined;
  const code = expected?.code ?? 'internal';
  const detail = expected?.detail?.map((line) => line.slice(0, MAX_DETAIL_LINE_LENGTH));
  return JSON.stringify({
    state: 'failed',
    error: {
      code,
      message: messageOf(error),
      retryable: RETRYABLE.has(code),
      ...(expected?.suggestion ? { suggestion: expected.suggestion } : {}),
      fault: FAULTS.get(code) ?? 'machine',
      ...(detail?.length ? { detail } : {}),
    },
  });
}
