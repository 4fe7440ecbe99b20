import { sleep } from './sleep';

/** Waits for `work`, but no longer than `milliseconds`; its failure is nobody's concern any more. */
export async function within(milliseconds: number, work: Promise<unknown> | undefined): Promise<void> {
  if (work === undefined) return;
  const finished = new AbortController();
  const done = work.then(
    () => finished.abort(),
    () => finished.abort(),
  );
  await Promise.race([done, sleep(milliseconds, finished.signal)]);
}
