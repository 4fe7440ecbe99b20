/**
 * When a supervised process that was ready has died: how long until it is started again, or that it is given up.
 * The delay doubles with each death in the window, so that a crash loop does not eat the machine.
 */
const RESTART_WINDOW_MS = 120_000;
export const RESTART_LIMIT = 8;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** @param {number[]} deaths times of death, the newest last */
export function nextRestart(deaths, now) {
  const recent = deaths.filter((time) => now - time < RESTART_WINDOW_MS);
  if (recent.length > RESTART_LIMIT) return { restart: false };
  return {
    restart: true,
    delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, recent.length - 1)),
  };
}
