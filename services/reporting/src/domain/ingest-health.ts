/** Why silence proves nothing at the moment: the fault may be ours. `pause`: consumers wait after a failure. */
export type Trouble = 'broker' | 'database' | 'pause' | 'backlog' | 'clock' | 'ownership' | 'authentication';

/** Whether reports that were sent would have been seen, and since when without a break. */
export interface IngestHealth {
  readonly troubles: readonly Trouble[];
  /** Milliseconds of Unix time; null while there is trouble. */
  readonly healthySince: number | null;
}

/** Until the broker and the database have answered, and until the partitions are held and read. */
export const startingIngest: IngestHealth = {
  troubles: ['broker', 'database', 'ownership'],
  healthySince: null,
};

/**
 * Nobody can connect while the registry does not answer the broker. What agents report is seen all the same, so this says
 * nothing of who is there; it only keeps sanctions back.
 */
export const startingAuthentication: IngestHealth = { troubles: ['authentication'], healthySince: null };

/** The health after one observation; the clock of healthy time starts again when the last trouble ends. */
export function observe(
  health: IngestHealth,
  trouble: Trouble,
  isPresent: boolean,
  now: number,
): IngestHealth {
  if (health.troubles.includes(trouble) === isPresent) return health;
  const troubles = isPresent
    ? [...health.troubles, trouble]
    : health.troubles.filter((present) => present !== trouble);
  return { troubles, healthySince: troubles.length === 0 ? now : null };
}

/** A break that is over when it is noticed, such as a process that was stopped for a while. */
export const interrupted = (health: IngestHealth, trouble: Trouble, now: number): IngestHealth =>
  observe(observe(health, trouble, true, now), trouble, false, now);

/** Since when all of these are well; null while one is not. */
export const clearSince = (...times: readonly (number | null)[]): number | null =>
  times.reduce(
    (latest, time) => (latest === null || time === null ? null : Math.max(latest, time)),
    -Infinity,
  );
