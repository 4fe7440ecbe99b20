/** Every service that owns a schema, in the order of lists for people. */
export const SERVICES = /** @type {const} */ ([
  'registry',
  'reporting',
  'coordinator',
  'orchestrator',
  'integration',
  'audit',
  'gateway',
]);

/** Hosts the reference agents. The platform treats it like any other host of agents. */
export const RUNNER = /** @type {const} */ ('agent-runner');

/**
 * @typedef {typeof SERVICES[number]} ServiceName
 * @typedef {ServiceName | typeof RUNNER} HostedName a process of ours that answers on HTTP
 */
