import fc from 'fast-check';
import type { SanctionLevel } from './agent-state';
import { transition, type SanctionTrigger } from './sanction-level';

describe('transition of a sanction level', () => {
  it.each<[SanctionLevel, SanctionTrigger, SanctionLevel | null]>([
    ['none', 'silent_too_long', 'warned'],
    ['none', 'reported_well', null],
    ['none', 'lifted', null],
    ['warned', 'silent_too_long', 'suspended'],
    ['warned', 'reported_well', 'none'],
    ['warned', 'lifted', 'none'],
    ['suspended', 'silent_too_long', 'frozen'],
    ['suspended', 'reported_well', 'none'],
    ['suspended', 'lifted', 'none'],
    ['frozen', 'silent_too_long', null],
    ['frozen', 'reported_well', null],
    ['frozen', 'lifted', 'none'],
  ])('from %s by %s gives %s', (level, step, expected) => {
    expect(transition(level, step)).toBe(expected);
  });

  it('escalates one level at a time, and leaves a freeze only by a lift', () => {
    const levels: SanctionLevel[] = ['none', 'warned', 'suspended', 'frozen'];
    const steps = fc.array(fc.constantFrom<SanctionTrigger>('silent_too_long', 'reported_well', 'lifted'));
    fc.assert(
      fc.property(steps, (script) => {
        let level: SanctionLevel = 'none';
        for (const step of script) {
          const next: SanctionLevel = transition(level, step) ?? level;
          if (level === 'frozen' && step !== 'lifted') expect(next).toBe('frozen');
          expect(levels.indexOf(next)).toBeLessThanOrEqual(levels.indexOf(level) + 1);
          if (step !== 'silent_too_long') expect(['none', level]).toContain(next);
          level = next;
        }
      }),
    );
  });
});
