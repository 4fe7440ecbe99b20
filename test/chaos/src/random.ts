/** Numbers in [0, 1) that are the same for the same seed, on every machine (mulberry32). */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const between = (random: Random, least: number, most: number): number =>
  Math.floor(least + random() * (most - least + 1));

export function pick<T>(random: Random, from: readonly [T, ...T[]]): T {
  return from[between(random, 0, from.length - 1)] ?? from[0];
}

/** A shuffled copy (Fisher-Yates). */
export function shuffled<T>(random: Random, cards: readonly T[]): readonly T[] {
  const rest = [...cards];
  const drawn: T[] = [];
  while (rest.length > 0) drawn.push(...rest.splice(between(random, 0, rest.length - 1), 1));
  return drawn;
}
