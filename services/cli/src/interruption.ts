import { once } from 'node:events';
import { withTimeout } from '@ymera/kernel';
import { CliError } from './cli-error';

/** A person was asked and gave no answer. That is no decision, so the waiting request is canceled. */
export class NoDecision extends CliError {}

export const interrupted = (message = 'Interrupted before it completed.'): NoDecision =>
  new NoDecision('interrupted', message, 130, undefined, true);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let usual: (() => void) | undefined;

/** The interruption of a command without a request to cancel; a command that calls `interruption` itself replaces it. */
export function whenInterrupted(act: () => void): void {
  usual = act;
  for (const signal of signals) process.once(signal, act);
}

/**
 * Aborts at a signal. The launcher passes a Ctrl-C on as SIGTERM after the terminal has sent SIGINT: further
 * signals do not interrupt the cancellation.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (usual) process.removeListener(signal, usual);
    process.on(signal, () => {
      controller.abort();
    });
  }
  return controller.signal;
}

/** Work that stops by itself after `signal`, within `graceMs`; later it is not awaited. */
export async function stopping<T>(work: Promise<T>, signal: AbortSignal, graceMs = 4000): Promise<T> {
  const aborted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  const stopped = aborted.then(() =>
    withTimeout(graceMs, work, () => {
      throw new NoDecision('stop_unknown', 'Interrupted; its outcome is unknown.', 130);
    }),
  );
  try {
    return await Promise.race([work, stopped]);
  } catch (error) {
    throw signal.aborted && !(error instanceof NoDecision) ? interrupted() : error;
  }
}
