import type { ErrorShape } from '@ymera/contracts';

/** What a program reads last of a command that did not do what was asked. */
export interface LastLine {
  readonly state: 'failed' | 'canceled' | 'interrupted';
  readonly error: ErrorShape;
}

/** Only the demo takes its request back when it is interrupted; whatever else was looked at goes on. */
export function lastLine(
  command: string | undefined,
  code: string,
  message: string,
  suggestion?: string,
): LastLine {
  const isInterrupted = code === 'interrupted';
  const stopped = command === 'demo' ? 'canceled' : 'interrupted';
  return {
    state: isInterrupted ? stopped : 'failed',
    error: { code, message, retryable: isInterrupted, ...(suggestion ? { suggestion } : {}) },
  };
}
