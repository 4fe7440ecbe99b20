import { sleep } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import {
  authenticationUnavailable,
  ChaosEnvironment,
  databaseUnavailable,
  type Fault,
  sanctionsOf,
  type SanctionTrigger,
  QuickAgents,
  stopped,
  waitUntilHealthy,
} from './environment';

/** One reporting window: 3, 5 and 10 missed windows are a warning, a suspension and a freeze. */
const windowMs = 800;
const longerThanAFreeze = 12 * windowMs;
/** After an outage the grace period is five windows; a wrong sanction would have come by then. */
const graceMs = 8 * windowMs;

/** Time from when a sanction is due until it is decided: jitter, the scheduler, and a busy machine. */
const latestMs = 2_500;

const outages: readonly Fault[] = [
  stopped('rabbitmq', longerThanAFreeze),
  databaseUnavailable(longerThanAFreeze),
  authenticationUnavailable(longerThanAFreeze),
];

/** Outages of the platform cause no sanctions, and sanctions work afterwards. */
describe('outages of the platform', () => {
  let field: ChaosEnvironment;
  let silent: QuickAgents;

  const steps = (): Promise<readonly SanctionTrigger[]> => sanctionsOf(field.places.postgresUrl);

  beforeAll(async () => {
    field = await ChaosEnvironment.open({
      instance: 'e2e-outages',
      projects: 0,
      hasRunner: false,
      services: ['registry', 'reporting', 'coordinator', 'orchestrator', 'audit', 'gateway'],
      prebuilt: true,
      env: { YMERA_REPORT_INTERVAL_SECONDS: String(windowMs / 1000) },
    });
    silent = await QuickAgents.join(field.api, field.platform.urls['gateway'] ?? '', 'silent-host');
  }, 120_000);

  afterAll(async () => {
    await silent?.leave();
    await field?.close();
  }, 60_000);

  it.each(outages.map((outage) => [outage.name, outage] as const))(
    'sanction no agent: %s, longer than a freeze takes',
    async (_, outage) => {
      await outage.injectFault(field.platform);
      await waitUntilHealthy(field.platform);
      await sleep(graceMs);
      expect(await steps()).toEqual([]);
    },
    90_000,
  );

  it('are followed by a warning, suspension and freeze on time for silent agents, and for no other', async () => {
    await silent.leave();
    const escalated = await eventually(
      async () => {
        const taken = await steps();
        expect(taken.filter(({ to }) => to === 'frozen')).toHaveLength(3);
        return taken;
      },
      { timeoutMs: 15 * windowMs + 15_000, intervalMs: 100 },
    );
    for (const [to, windows] of [
      ['warned', 3],
      ['suspended', 5],
      ['frozen', 10],
    ] as const) {
      const taken = escalated.filter((step) => step.to === to);
      expect(taken.map(({ agentId }) => agentId).sort()).toEqual([
        'silent-host-coding',
        'silent-host-examination',
        'silent-host-testing',
      ]);
      for (const { missingMs } of taken) {
        expect(missingMs).toBeGreaterThanOrEqual(windows * windowMs);
        expect(missingMs).toBeLessThanOrEqual(windows * windowMs + latestMs);
      }
    }
    expect(escalated).toHaveLength(9);
  }, 60_000);
});
