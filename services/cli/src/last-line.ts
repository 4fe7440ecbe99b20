import { type ErrorShape, withFault } from '@ymera/contracts';

/** The last line for programs when a command failed. */
export interface LastLine {
  readonly state: 'failed' | 'canceled' | 'interrupted';
  readonly error: ErrorShape;
}

/** Only the demo cancels its request when it is interrupted; requests of other commands continue. */
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
