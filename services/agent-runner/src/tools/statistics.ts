export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The usual distance of values from their median: robust against a single disturbed run. */
function deviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/** The same as a part of the median. */
export function spread(values: readonly number[]): number {
  const centre = median(values);
  return centre === 0 ? 0 : deviation(values) / centre;
}

/** The usual distance of the median of few values from that of many (normal noise assumed). */
export const medianError = (values: readonly number[]): number =>
  (1.253 * 1.483 * deviation(values)) / Math.sqrt(Math.max(1, values.length));

export type Comparison = 'faster' | 'slower' | 'same';

/** Differences below this are never reported, however quiet the machine is. */
const minDifference = 0.05;
/** Of the rank sum: one comparison in two hundred of equals is reported as different. */
const minDeviations = 2.58;

/**
 * Whether a change of speed is more than the noise of the measurement itself: the medians differ, and so do the runs as a
 * whole (Mann-Whitney), which on a busy machine they seldom do for equals. Few runs differ when none of them overlap.
 */
export function compare(before: readonly number[], after: readonly number[]): Comparison {
  const ratio = median(before) / Math.max(median(after), Number.EPSILON);
  if (ratio <= 1 + minDifference && ratio >= 1 / (1 + minDifference)) return 'same';
  const all = before.length * after.length;
  const below = before.reduce(
    (sum, one) => sum + after.reduce((wins, other) => wins + isBelow(one, other), 0),
    0,
  );
  const isApart = below === 0 || below === all;
  const usual = Math.sqrt((all * (before.length + after.length + 1)) / 12);
  if (!isApart && Math.abs(below - all / 2) / usual < minDeviations) return 'same';
  return ratio > 1 ? 'faster' : 'slower';
}

const isBelow = (one: number, other: number): number => (one === other ? 0.5 : Number(one < other));
