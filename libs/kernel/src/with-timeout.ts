/**
 * The outcome of `work`, or what `onTimeout` returns or throws when `work` has not settled in `timeoutMs`. The work itself
 * goes on, and how it fails later is ignored. Leaves no timer.
 */
export async function withTimeout<T, U>(
  timeoutMs: number,
  work: Promise<T>,
  onTimeout: () => U,
): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  }).then(onTimeout);
  // The timeout is awaited by the race alone, which may be over when it throws.
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether `work` settles in `timeoutMs`; no work has settled already. Its value and its failure are ignored. */
export async function settlesWithin(timeoutMs: number, work: Promise<unknown> | undefined): Promise<boolean> {
  if (work === undefined) return true;
  const settled = work.then(
    () => true,
    () => true,
  );
  return withTimeout(timeoutMs, settled, () => false);
}
