import { connectionsCut, databaseStopped, type Fault, killed, stopped } from './environment';
import { describeFaults } from './support/faults-under-load';

/** Longer than a lease of the environment (3 s). */
const longerThanALease = 4_000;

const faults: readonly Fault[] = [
  killed('gateway'),
  killed('coordinator'),
  killed('orchestrator'),
  killed('integration'),
  killed('registry'),
  killed('reporting'),
  killed('audit'),
  killed('agent-runner'),
  connectionsCut,
  killed('rabbitmq'),
  databaseStopped,
  stopped('agent-runner', longerThanALease),
  stopped('orchestrator', longerThanALease),
];

describe('faults under load', () => {
  describeFaults({ instance: 'e2e-faults', faults, inFlight: 20 });
});
