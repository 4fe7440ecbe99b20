import { FailureException, type LogFields, type Logger } from '@ymera/kernel';

/**
 * One piece of work among many that must not stop the others. A failure that affects all of them (the database is
 * unavailable) still does; any other is logged. Undefined when it failed.
 */
export async function runIsolated<T>(
  logger: Logger,
  problem: string,
  about: LogFields,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FailureException && error.failure.kind === 'unavailable') throw error;
    logger.error(problem, { ...about, error });
    return undefined;
  }
}
