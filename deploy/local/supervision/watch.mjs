/**
 * @import { ExitedEvent, Supervisor } from './client.mjs'
 * @typedef {{ event: ExitedEvent | undefined, stopWatching: () => void }} DeathWatch
 */

/**
 * Records the death of a supervised process while its readiness is awaited.
 * @param {Supervisor} supervisor
 * @param {string} name
 * @returns {DeathWatch}
 */
export function watchForDeath(supervisor, name) {
  /** @type {DeathWatch} */
  const watch = { event: undefined, stopWatching: () => supervisor.off('exited', listener) };
  const listener = (/** @type {ExitedEvent} */ event) => {
    if (event.name === name) watch.event = event;
  };
  supervisor.on('exited', listener);
  return watch;
}
