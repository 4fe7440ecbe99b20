import { sleep } from '@ymera/kernel';
import type { Accepted } from './accepted';
import { checkHistory, type HistoryVerdict } from './check-history';
import { type Places, readEffects } from './read-effects';

const pollMs = 500;

/**
 * The result once the platform is idle. Consumers and outboxes may still be working when the last request has
 * ended, so findings are checked again until `timeoutMs` are over; those that are left are final.
 */
export async function settledHistory(
  accepted: Accepted,
  places: Places,
  { timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {},
): Promise<HistoryVerdict> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const verdict = checkHistory(accepted, await readEffects(places));
    if (verdict.lost.length + verdict.doubled.length === 0 || Date.now() >= deadline) return verdict;
    await sleep(pollMs);
  }
}
