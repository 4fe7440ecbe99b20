import { clockDoubt, type ClockedRun } from './outside-clock';

/** Ten runs; the outside time varies by `noise`. */
const runs = (
  outsideMs: number,
  said: { readonly medianMs?: number; readonly samplesMs?: number },
  noise = 2,
): ClockedRun[] =>
  Array.from({ length: 10 }, (_, run) => ({
    outsideMs: outsideMs + noise * Math.sin(run * 2.4),
    medianMs: said.medianMs,
    samplesMs: said.samplesMs,
  }));

describe('outsideClock', () => {
  it.each<[title: string, before: ClockedRun[], after: ClockedRun[]]>([
    [
      'that all of it saw',
      runs(350, { medianMs: 40, samplesMs: 200 }),
      runs(170, { medianMs: 4, samplesMs: 20 }),
    ],
    [
      'of which a part went to a better preparation',
      runs(350, { medianMs: 40, samplesMs: 200 }),
      runs(250, { medianMs: 4, samplesMs: 20 }),
    ],
    [
      'too small to be seen',
      runs(350, { medianMs: 2, samplesMs: 10 }, 20),
      runs(350, { medianMs: 1, samplesMs: 5 }, -20),
    ],
    [
      'of one operation, repeated for a fixed time',
      runs(1_150, { medianMs: 0.5, samplesMs: 1_000 }),
      runs(1_150, { medianMs: 0.1, samplesMs: 1_000 }),
    ],
    [
      'of operations side by side',
      runs(350, { medianMs: 100, samplesMs: 10_000 }),
      runs(300, { medianMs: 50, samplesMs: 5_000 }),
    ],
    [
      'that is noise itself',
      runs(350, { medianMs: 40, samplesMs: 200 }),
      runs(362, { medianMs: 39, samplesMs: 195 }),
    ],
    ['that is not claimed', runs(350, { medianMs: 10 }), runs(350, { medianMs: 12 })],
    ['that was measured from outside', runs(350, {}), runs(170, {})],
  ])('confirms a speed-up %s', (_, before, after) => {
    expect(clockDoubt(before, after)).toBeUndefined();
  });

  it.each<[title: string, before: ClockedRun[], after: ClockedRun[], claimedMs: number]>([
    ['by its samples', runs(350, { medianMs: 40, samplesMs: 200 }), runs(350, { samplesMs: 20 }), 180],
    ['by its median alone', runs(350, { medianMs: 100 }), runs(351, { medianMs: 10 }), 90],
    [
      'by its median, with samples on one side',
      runs(350, { medianMs: 100, samplesMs: 200 }),
      runs(350, { medianMs: 10 }),
      90,
    ],
    ['of which it saw little', runs(350, { medianMs: 100 }), runs(330, { medianMs: 10 }), 90],
  ])('does not confirm a speed-up %s', (_, before, after, claimedMs) => {
    expect(clockDoubt(before, after)).toMatchObject({ claimedMs });
  });
});
