import { slotsOf } from './agent';

describe('slotsOf', () => {
  it.each([
    [{}, 1],
    [{ concurrency: 10 }, 10],
    [{ concurrency: 100_000 }, 100],
    [{ concurrency: 0 }, 1],
    [{ concurrency: 2.5 }, 1],
    [{ concurrency: 'many' }, 1],
  ])('of the configuration %j is %d', (config, slots) => {
    expect(slotsOf({ config })).toBe(slots);
  });
});
