const WINDOW_MS = 120_000;
export const MAX_RESTARTS_IN_WINDOW = 8;
const INITIAL_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 10_000;

/**
 * When a supervised process that was ready and died is started again: exponential backoff over the deaths in the window, so
 * that a crash loop does not use up the machine. Without `delayMs` it stays down.
 * @param {readonly number[]} deaths times of death, the newest last
 * @param {number} now
 * @returns {{ delayMs?: number }}
 */
export function nextRestart(deaths, now) {
  const recent = deaths.filter((time) => now - time < WINDOW_MS).length;
  if (recent > MAX_RESTARTS_IN_WINDOW) return {};
  return { delayMs: Math.min(MAX_BACKOFF_MS, INITIAL_BACKOFF_MS * 2 ** Math.max(0, recent - 1)) };
}
