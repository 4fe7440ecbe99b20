import { sleep } from '@ymera/kernel';

/**
 * Calls `fn` until it neither throws nor rejects, and returns its value. At the deadline (default 5 s) it fails with
 * the last error of `fn`.
 */
export async function eventually<T>(
  fn: () => T | Promise<T>,
  { timeoutMs = 5000, intervalMs = 20 }: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await fn();
    } catch (error) {
      if (Date.now() >= deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`not within ${timeoutMs} ms: ${reason}`, { cause: error });
      }
    }
    await sleep(intervalMs);
  }
}
