import { changeOverrides, effectiveSettings, overridesIn } from './project-settings';

const detected = {
  commands: { test: 'npm test', bench: 'npm run bench' },
  performance: { min_speedup: 1.5 },
};

describe('project settings', () => {
  it('combine overrides with detected values', () => {
    expect(effectiveSettings(detected, { commands: { test: 'make test' } })).toEqual({
      ok: true,
      value: { ...detected, commands: { test: 'make test', bench: 'npm run bench' } },
    });
    expect(effectiveSettings(detected, { commands: {}, performance: {} })).toMatchObject({
      value: { performance: {} },
    });
  });

  it('require a test command', () => {
    const none = { commands: {}, performance: {} };
    expect(effectiveSettings(none, { commands: {} })).toMatchObject({ error: { code: 'no_tests' } });
    expect(effectiveSettings(detected, { commands: { test: ' ' } })).toMatchObject({
      error: { code: 'no_tests' },
    });
  });

  it('derive the overrides of an older project from the detected values', () => {
    expect(
      overridesIn({ commands: { test: 'make', bench: 'npm run bench' }, performance: {} }, detected),
    ).toEqual({
      commands: { test: 'make' },
      performance: {},
    });
    expect(overridesIn(detected, detected)).toEqual({ commands: {} });
  });

  it('are changed one by one; null removes an override', () => {
    const set = { commands: { test: 'make', bench: 'b' }, performance: { min_speedup: 2 } };
    expect(changeOverrides(set, { commands: { test: null, build: 'npm run build' } })).toEqual({
      commands: { bench: 'b', build: 'npm run build' },
      performance: { min_speedup: 2 },
    });
    expect(changeOverrides(set, { performance: null })).toEqual({ commands: { test: 'make', bench: 'b' } });
  });
});
