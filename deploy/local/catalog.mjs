/** Every service with a schema of its own, in the order in which they are listed to people. */
export const SERVICES = [
  'registry',
  'reporting',
  'coordinator',
  'orchestrator',
  'integration',
  'audit',
  'gateway',
];

/** Hosts the reference agents; to the platform it is an agent's host like anybody's. */
export const RUNNER = 'agent-runner';
