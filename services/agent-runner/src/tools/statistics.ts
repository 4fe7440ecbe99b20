export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** How far values usually lie from their median, as a part of it: robust against the one run that was disturbed. */
export function spread(values: readonly number[]): number {
  const centre = median(values);
  return centre === 0 ? 0 : median(values.map((value) => Math.abs(value - centre))) / centre;
}

export type Comparison = 'faster' | 'slower' | 'same';

/** Differences below this are never told, however still the machine is. */
const leastDifference = 0.05;

/** Whether a change of speed is more than the noise of the measurement itself. */
export function compare(before: readonly number[], after: readonly number[]): Comparison {
  const tolerance = 1 + Math.max(leastDifference, spread(before), spread(after));
  const ratio = median(before) / Math.max(median(after), Number.EPSILON);
  if (ratio > tolerance) return 'faster';
  return ratio < 1 / tolerance ? 'slower' : 'same';
}
