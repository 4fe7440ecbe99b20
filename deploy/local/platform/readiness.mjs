import { LauncherFailure } from '../failure.mjs';
import { watchForDeath } from '../supervision/watch.mjs';

const POLL_MS = 50;

async function isReady(url) {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return { ready: response.ok, seen: `HTTP ${response.status}` };
  } catch (error) {
    return { ready: false, seen: error.cause?.code ?? error.message };
  }
}

/** Waits until a service says it is ready; one that dies before is reported with the last lines it wrote. */
export async function waitForReady(supervisor, name, url, { timeoutMs, start }) {
  const died = watchForDeath(supervisor, name);
  try {
    await start();
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { ready, seen } = await isReady(url);
      if (ready) return;
      if (died.event) {
        throw new LauncherFailure('service_died', `${name} ended while starting (${died.event.reason})`, {
          detail: died.event.tail,
        });
      }
      if (Date.now() > deadline) {
        throw new LauncherFailure(
          'service_not_ready',
          `${name} is not ready after ${timeoutMs / 1000} s (${seen} at ${url})`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    died.stopWatching();
  }
}
