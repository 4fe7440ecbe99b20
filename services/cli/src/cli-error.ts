import type { Failure } from '@ymera/kernel';

/** 0 true, 1 failed, 2 the person must answer or the words are off, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Ends a command: what to say, and with which code. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly code: string,
    message: string,
    readonly exitCode: ExitCode = 1,
    readonly suggestion?: string,
  ) {
    super(message);
  }

  static of({ code, message, suggestion }: Failure): CliError {
    return new CliError(code, message, 1, suggestion);
  }
}
