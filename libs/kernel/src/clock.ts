/** Time is a dependency: rules get a `Date`, processes get a clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
