import type { Failure } from '@ymera/kernel';

/** 0 success, 1 failure, 2 a person must answer or the arguments are invalid, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

export const exitCodeWords = `
Exit codes:
  0    what was asked for is true
  1    it failed, or was refused
  2    the words are off, or a person must answer first
  130  interrupted`;

/** Everything has been printed already, such as the help. */
export class Ended extends Error {
  override readonly name = 'Ended';

  constructor(readonly exitCode: ExitCode) {
    super();
  }
}

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = 1,
    readonly suggestion?: string,
    /** Whether the same command may succeed later, with nothing changed. */
    readonly retryable = false,
  ) {
    super(message);
  }

  static of({ code, message, suggestion, retryable }: Failure): CliError {
    return new CliError(code, message, 1, suggestion, retryable);
  }
}
