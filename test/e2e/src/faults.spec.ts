import { killed } from './environment';
import { describeFaults } from './support/faults-under-load';

/** The processes that hold a workflow's state; test/chaos meets the other kinds of fault, `.ci/full` all of them. */
// Mission: D3, I4
describe('faults under load: the short form', () => {
  describeFaults({
    instance: 'e2e-faults',
    faults: ['gateway', 'coordinator', 'orchestrator', 'integration', 'rabbitmq'].map(killed),
    inFlight: 6,
  });
});
