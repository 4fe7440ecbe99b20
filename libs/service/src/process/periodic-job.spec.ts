import type { Logger } from '@ymera/kernel';
import { silentLogger } from '@ymera/kernel';
import { PeriodicJob } from './periodic-job';

describe('PeriodicJob', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('runs periodically, one run at a time, also after a run that failed', async () => {
    const warnings: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => void warnings.push(message) };
    let [runs, atOnce, most] = [0, 0, 0];
    const periodicJob = new PeriodicJob(
      'test',
      100,
      async () => {
        most = Math.max(most, (atOnce += 1));
        await new Promise((resolve) => setTimeout(resolve, 250));
        atOnce -= 1;
        if ((runs += 1) === 1) throw new Error('failed once');
      },
      logger,
    );
    periodicJob.start();
    await jest.advanceTimersByTimeAsync(1_600);
    expect([runs, most]).toEqual([4, 1]);
    expect(warnings).toHaveLength(1);

    // The run in progress ends, and is the last.
    expect(atOnce).toBe(1);
    const stopped = periodicJob.stop();
    await jest.advanceTimersByTimeAsync(1_000);
    await stopped;
    expect([runs, atOnce]).toEqual([5, 0]);
  });

  it('runs at once when it is kicked, once more after a run in progress, and then on its schedule again', async () => {
    const runs: number[] = [];
    const begun = Date.now();
    const periodicJob = new PeriodicJob(
      'test',
      1_000,
      async () => {
        runs.push(Date.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 100));
      },
      silentLogger,
    );
    periodicJob.start();
    periodicJob.kick();
    await jest.advanceTimersByTimeAsync(50);
    periodicJob.kick();
    periodicJob.kick();
    await jest.advanceTimersByTimeAsync(1_400);
    expect(runs).toEqual([0, 100, 1_200]);
    const stopped = periodicJob.stop();
    periodicJob.kick();
    await jest.advanceTimersByTimeAsync(2_000);
    await stopped;
    expect(runs).toHaveLength(3);
  });
});
