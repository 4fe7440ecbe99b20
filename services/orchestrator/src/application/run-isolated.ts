import { FailureException, type LogFields, type Logger } from '@ymera/kernel';

/**
 * One piece of work among many that must not stop the others. What is away for all of them (the database) still does;
 * anything else is logged. Undefined when it failed.
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
