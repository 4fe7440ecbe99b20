/** Why silence proves nothing at the moment: the fault may be ours. `pause`: consumers wait after a failure. */
export type Trouble = 'broker' | 'database' | 'pause' | 'backlog' | 'clock' | 'ownership' | 'authentication';

/** Whether reports that were sent would have been seen, and since when without a break. */
export interface IngestHealth {
  readonly troubles: readonly Trouble[];
  /** Milliseconds of Unix time; null while there is trouble. */
  readonly healthySince: number | null;
  /** During a backlog and nothing else: when it began, and the healthy time before it. */
  readonly behind?: { readonly since: number; readonly healthySince: number } | undefined;
}

/** Until the broker and the database have answered, and until the partitions are held and read. */
export const startingIngest: IngestHealth = {
  troubles: ['broker', 'database', 'ownership'],
  healthySince: null,
};

/**
 * Reports wait in the queue of their partition: that one is behind delays nobody else's. This says nothing of anything but
 * a backlog.
 */
export const partitionInTime: IngestHealth = { troubles: [], healthySince: -Infinity };

/** When so many are behind at once the fault is not theirs. */
export const areMostBehind = (behind: number, held: number): boolean => 2 * behind > held;

/**
 * Nobody can connect while the registry does not answer the broker. What agents report is seen all the same, so this says
 * nothing of who is there; it only keeps sanctions back.
 */
export const startingAuthentication: IngestHealth = { troubles: ['authentication'], healthySince: null };

/**
 * The health after one observation; the clock of healthy time starts again when the last trouble ends. A backlog shorter
 * than `briefMs` only delays: when it is over, what was sent meanwhile has been seen, and the clock goes on.
 */
export function observe(
  health: IngestHealth,
  trouble: Trouble,
  isPresent: boolean,
  now: number,
  briefMs = 0,
): IngestHealth {
  if (health.troubles.includes(trouble) === isPresent) return health;
  const { healthySince, behind } = health;
  if (isPresent)
    return {
      troubles: [...health.troubles, trouble],
      healthySince: null,
      behind: trouble === 'backlog' && healthySince !== null ? { since: now, healthySince } : undefined,
    };
  const troubles = health.troubles.filter((present) => present !== trouble);
  if (troubles.length > 0) return { troubles, healthySince: null };
  const goesOn = behind !== undefined && now - behind.since < briefMs;
  return { troubles, healthySince: goesOn ? behind.healthySince : now };
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
