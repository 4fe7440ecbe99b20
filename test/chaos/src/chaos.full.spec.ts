import { isSound, runChaos } from './run-chaos';
import { draw } from './schedule';

/** The seed is fixed, so that a failure here is the same failure everywhere. Its first four faults are of each kind one. */
const seed = 20_261_504;
const seconds = 20;
const minFaults = 4;

/** The command's own code, in short. `.ci/full` runs it for a quarter of an hour. */
describe('chaos', () => {
  it('meets a fault of each kind', () => {
    const kinds = draw(seed, seconds)
      .faults.slice(0, minFaults)
      .map(({ fault }) => fault.kind);
    expect([...kinds].sort()).toEqual(['cut_connections', 'kill', 'stop', 'stop_database']);
  });

  // Mission: D4
  it('loses, doubles and orphans nothing and sanctions no agent wrongly', async () => {
    const told: string[] = [];
    const result = await runChaos({
      seconds,
      minFaults,
      maxInFlight: 6,
      seed,
      instance: 'e2e-chaos',
      tell: (line) => told.push(line),
    });
    process.stdout.write(`${told.join('\n')}\n${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ seed, lost: 0, duplicate_effects: 0, orphans: 0, wrong_sanctions: 0 });
    expect(result.faults).toBeGreaterThanOrEqual(minFaults);
    expect(isSound(result)).toBe(true);
  }, 420_000);
});
