import { type ErrorShape, withFault } from '@ymera/contracts';

/** What a program reads last of a command that did not do what was asked. */
export interface LastLine {
  readonly state: 'failed' | 'canceled' | 'interrupted';
  readonly error: ErrorShape;
}

/** Only the demo takes its request back when it is interrupted; whatever else was looked at goes on. */
export function lastLine(
  command: string | undefined,
  { code, message, retryable, suggestion }: ErrorShape,
): LastLine {
  const stopped = command === 'demo' ? 'canceled' : 'interrupted';
  return {
    state: code === 'interrupted' ? stopped : 'failed',
    error: withFault({ code, message, retryable, ...(suggestion ? { suggestion } : {}) }),
  };
}
