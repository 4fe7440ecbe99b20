/** Notes the death of a supervised process while its readiness is awaited. */
export function watchForDeath(supervisor, name) {
  const watch = { event: undefined, stopWatching: () => supervisor.off('exited', listener) };
  const listener = (event) => {
    if (event.name === name) watch.event = event;
  };
  supervisor.on('exited', listener);
  return watch;
}
