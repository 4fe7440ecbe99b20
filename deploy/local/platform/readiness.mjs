import { codeOf, LauncherFailure, messageOf } from '../failure.mjs';
import { watchForDeath } from '../supervision/watch.mjs';

/** @import { Supervisor } from '../supervision/client.mjs' */

const POLL_INTERVAL_MS = 50;
const PROBE_TIMEOUT_MS = 2_000;

/** @param {string} url */
async function probe(url) {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.arrayBuffer();
    return { ready: response.ok, answer: `HTTP ${response.status}` };
  } catch (error) {
    return { ready: false, answer: connectionError(error) };
  }
}

/**
 * `fetch` reports a refused connection as the cause of its own error.
 * @param {unknown} error
 */
const connectionError = (error) =>
  (error instanceof Error ? codeOf(error.cause) : undefined) ?? messageOf(error);

/**
 * Starts a service and waits until it is ready; one that dies before is reported with its last lines.
 * @param {Supervisor} supervisor
 * @param {string} name
 * @param {string} url
 * @param {{ timeoutMs: number, start: () => Promise<void> | void }} options
 */
export async function waitForReady(supervisor, name, url, { timeoutMs, start }) {
  const died = watchForDeath(supervisor, name);
  try {
    await start();
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { ready, answer } = await probe(url);
      if (ready) return;
      if (died.event) {
        throw new LauncherFailure('service_died', `${name} ended while starting (${died.event.reason})`, {
          detail: died.event.tail,
        });
      }
      if (Date.now() > deadline) {
        throw new LauncherFailure(
          'service_not_ready',
          `${name} is not ready after ${timeoutMs / 1000} s (${answer} at ${url})`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  } finally {
    died.stopWatching();
  }
}
