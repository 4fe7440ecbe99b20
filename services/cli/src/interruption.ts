import { CliError } from './cli-error';

/** A person was asked and gave no answer; that decides nothing, so what waited for it is taken back. */
export class NoDecision extends CliError {}

export const interrupted = (message = 'Interrupted before it was done.'): NoDecision =>
  new NoDecision('interrupted', message, 130, undefined, true);

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
let usual: (() => void) | undefined;

/** What becomes of a command that has nothing to take back; it gives way to one that asks for its own `interruption`. */
export function whenInterrupted(act: () => void): void {
  usual = act;
  for (const signal of signals) process.once(signal, act);
}

/**
 * Aborts when somebody wants us to stop. The launcher passes a Ctrl-C on as SIGTERM, which we have heard ourselves: further
 * signals do not cut short what is being taken back.
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

/** Work that stops by itself when `signal` says so, within `graceMs`; after that it is not waited for. */
export async function stopping<T>(work: Promise<T>, signal: AbortSignal, graceMs = 4000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const wait = (): void => {
      timer = setTimeout(() => {
        reject(
          new NoDecision('stop_unknown', 'Interrupted; whether it stopped could not be learnt in time.', 130),
        );
      }, graceMs);
    };
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
  try {
    return await Promise.race([work, tooLate]);
  } catch (error) {
    throw signal.aborted && !(error instanceof NoDecision) ? interrupted() : error;
  } finally {
    clearTimeout(timer);
  }
}
