/**
 * Why missed reports prove nothing at the moment: the platform may be at fault. `pause`: consumers wait after a
 * failure.
 */
export type Trouble = 'broker' | 'database' | 'pause' | 'backlog' | 'clock' | 'ownership' | 'authentication';

/** Whether sent reports would have been handled, and since when without a break. */
export interface IngestHealth {
  readonly troubles: readonly Trouble[];
  /** Milliseconds of Unix time; null while there is a problem. */
  readonly healthySince: number | null;
  /** During a backlog and no other problem: when it began, and the healthy time before it. */
  readonly behind?: { readonly since: number; readonly healthySince: number } | undefined;
}

/** Until the broker and the database have answered, and until the partitions are held and read. */
export const startingIngest: IngestHealth = {
  troubles: ['broker', 'database', 'ownership'],
  healthySince: null,
};

/** Reports of one partition are delayed: this affects only its agents, and implies nothing but a backlog. */
export const partitionInTime: IngestHealth = { troubles: [], healthySince: -Infinity };

/** When so many are behind at once, the platform is at fault. */
export const areMostBehind = (behind: number, held: number): boolean => 2 * behind > held;

/**
 * No agent can connect while the registry does not answer the broker. Reports are handled all the same, so this implies
 * nothing about liveness; it only suppresses sanctions.
 */
export const startingAuthentication: IngestHealth = { troubles: ['authentication'], healthySince: null };

/**
 * The health after one observation; healthy time starts anew when the last problem ends. A backlog shorter than
 * `briefMs` only delays: when it is over, the reports sent meanwhile have been handled, and healthy time continues.
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

/** A break that is over when it is noticed, such as a process that was suspended for a while. */
export const interrupted = (health: IngestHealth, trouble: Trouble, now: number): IngestHealth =>
  observe(observe(health, trouble, true, now), trouble, false, now);

/** Since when all of these are healthy; null while one is not. */
export const clearSince = (...times: readonly (number | null)[]): number | null =>
  times.reduce(
    (latest, time) => (latest === null || time === null ? null : Math.max(latest, time)),
    -Infinity,
  );
