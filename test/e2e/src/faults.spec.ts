import { connectionsCut, databaseStopped, killed } from './environment';
import { describeFaults } from './support/faults-under-load';

/** The processes that hold a workflow's state, and one of each other kind but a stop; `.ci/full` meets all of them. */
// Mission: D3, I4
describe('faults under load: the short form', () => {
  describeFaults({
    instance: 'e2e-faults',
    faults: [
      ...['gateway', 'coordinator', 'orchestrator', 'integration', 'rabbitmq'].map(killed),
      connectionsCut,
      databaseStopped,
    ],
    inFlight: 6,
  });
});
