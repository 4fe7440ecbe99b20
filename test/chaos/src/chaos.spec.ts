import { isSound, runChaos } from './run-chaos';

/** The command's own code; the seed is fixed, so that a failure is reproducible. */
const seed = 20_261_122;

describe('sixty seconds of chaos', () => {
  // Mission: D4
  it('loses, doubles and orphans nothing and sanctions no agent wrongly', async () => {
    const told: string[] = [];
    const result = await runChaos({
      seconds: 60,
      seed,
      instance: 'e2e-chaos',
      tell: (line) => told.push(line),
    });
    process.stdout.write(`${told.join('\n')}\n${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ seed, lost: 0, duplicate_effects: 0, orphans: 0, wrong_sanctions: 0 });
    expect(isSound(result)).toBe(true);
  }, 420_000);
});
