import type { Failure } from '@ymera/kernel';

/** 0 true, 1 failed, 2 the person must answer or the words are off, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

export const exitCodeWords = `
Exit codes:
  0    what was asked for is true
  1    it failed, or was refused
  2    the words are off, or a person must answer first
  130  interrupted`;

/** Everything has been said already, such as by the help. */
export class Ended extends Error {
  override readonly name = 'Ended';

  constructor(readonly exitCode: ExitCode) {
    super();
  }
}

/** Ends a command: what to say, and with which code. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = 1,
    readonly suggestion?: string,
    /** Whether the same command may do it later, with nothing changed. */
    readonly retryable = false,
  ) {
    super(message);
  }

  static of({ code, message, suggestion, retryable }: Failure): CliError {
    return new CliError(code, message, 1, suggestion, retryable);
  }
}
