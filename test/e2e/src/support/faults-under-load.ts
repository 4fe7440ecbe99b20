import { describeVerdict } from '../history-check';
import {
  ChaosEnvironment,
  type Fault,
  lastingOrphans,
  repairedOrphans,
  waitUntilHealthy,
  type Wish,
} from '../environment';

const mix: readonly Wish[] = [
  'land',
  'land',
  'review',
  'land',
  'refuse_landing',
  'land',
  'cancel_at_once',
  'land',
  'cancel_at_work',
  'refuse_plan',
];

/** Until the last request ends, for each that is in progress. */
const drainMsEach = 20_000;

interface FaultsUnderLoad {
  /** Names the platform's folder. */
  readonly instance: string;
  readonly faults: readonly Fault[];
  /** Requests at once when a fault strikes: as many as have ended are begun anew before each. */
  readonly inFlight: number;
}

/**
 * Kills real processes while real requests are in progress. Every promise, by a 2xx or by the broker's confirm, must
 * have taken effect exactly once when the platform is idle.
 */
export const describeFaults = ({ instance, faults, inFlight }: FaultsUnderLoad): void => {
  let field: ChaosEnvironment;
  let submitted = 0;
  const recovered: string[] = [];

  const topUp = (): void => {
    while (field.load.inFlight < inFlight) {
      const project = field.projectIds[submitted % field.projectIds.length] ?? '';
      void field.load.submit(project, mix[submitted % mix.length] ?? 'land');
      submitted += 1;
    }
  };

  beforeAll(async () => {
    field = await ChaosEnvironment.open({ instance, projects: 10, prebuilt: true });
  }, 120_000);

  afterAll(async () => {
    await field?.close();
    process.stdout.write(`recovery after faults under load:\n${recovered.join('\n')}\n`);
  }, 60_000);

  it.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s: every service is well again and no step is orphaned',
    async (name, fault) => {
      topUp();
      const started = performance.now();
      await fault.injectFault(field.platform);
      const tookMs = await waitUntilHealthy(field.platform);
      recovered.push(
        `  ${name}: ${tookMs} ms (${Math.round(performance.now() - started)} ms with the fault)`,
      );
      expect(await lastingOrphans(field.platform)).toEqual([]);
    },
    90_000,
  );

  it('end every request and lose or double nothing', async () => {
    await field.load.drain(inFlight * drainMsEach);
    expect(field.load.ended.length).toBe(submitted);
    const verdict = await field.settle();
    process.stdout.write(`${field.record.count} promises: ${describeVerdict(verdict)}\n`);
    expect(verdict).toEqual({ lost: [], doubled: [] });
    expect(await lastingOrphans(field.platform)).toEqual([]);
    expect(repairedOrphans(field.platform)).toEqual([]);
    const refused = field.load.ended.filter(({ wish }) => wish.startsWith('refuse_'));
    expect(refused.filter(({ state }) => state === 'completed')).toEqual([]);
    // A fault may cost a workflow its last attempt; most of them must not be affected.
    const wanted = field.load.ended.filter(({ wish }) => wish === 'land');
    const landed = wanted.filter(({ state }) => state === 'completed');
    process.stdout.write(`${landed.length} of ${wanted.length} that were to land did\n`);
    expect(landed.length).toBeGreaterThan(wanted.length / 2);
  }, 400_000);
};
