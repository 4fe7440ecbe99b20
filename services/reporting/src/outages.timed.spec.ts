import { leakGuard } from '@ymera/testing';
import { BeatingAgents, type Break } from './testing/beating-agents';
import type { RunningReporting } from './testing/running-reporting';

describe('sanctions during outages, on a real broker and database', () => {
  let agents: BeatingAgents;

  beforeAll(async () => {
    agents = await BeatingAgents.start();
  }, 60_000);
  afterEach(() => agents.stop());
  afterAll(() => agents.reporting.stop(), 30_000);

  // Mission: B3
  it.each<[string, (running: RunningReporting) => Omit<Break, 'name'>]>([
    [
      'broker',
      ({ routes: { broker } }) => ({
        makeUnavailable: () => broker.cut(),
        giveBack: () => broker.restore(),
        reason: 'ingest_unhealthy',
        isForAgents: true,
      }),
    ],
    [
      'database',
      ({ routes: { database } }) => ({
        makeUnavailable: () => database.cut(),
        giveBack: () => database.restore(),
        reason: 'ingest_unhealthy',
        isForAgents: false,
      }),
    ],
    [
      'registry',
      ({ registry }) => ({
        makeUnavailable: () => registry.becomeUnavailable(),
        giveBack: () => registry.becomeAvailable(),
        reason: 'authentication_unavailable',
        isForAgents: false,
      }),
    ],
    [
      'broker, which hangs,',
      ({ routes: { broker } }) => ({
        makeUnavailable: () => broker.hang(),
        giveBack: () => broker.restore(),
        reason: 'ingest_unhealthy',
        isForAgents: true,
      }),
    ],
  ])(
    'sanctions no agent while the %s is unavailable for longer than a freeze takes; then only missing agents, on time',
    (what, breakOf) => agents.outlive({ name: what.replaceAll(/[^a-z]/g, ''), ...breakOf(agents.reporting) }),
    120_000,
  );

  leakGuard();
});
