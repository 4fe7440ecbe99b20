import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after `milliseconds`, or at once when the signal is aborted; never rejects. */
export async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined);
}
