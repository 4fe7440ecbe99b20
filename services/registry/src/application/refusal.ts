import { err, failure, FailureException, ok, type ErrorKind, type Failure, type Result } from '@ymera/kernel';

/** Ends a transaction without effect; `attempt` turns it into the answer. */
export function refuse(
  kind: ErrorKind,
  code: string,
  message: string,
  extra?: Parameters<typeof failure>[3],
): never {
  throw new FailureException(failure(kind, code, message, extra));
}

/** An expected refusal is a value; any other error is a bug or transient, and is rethrown. */
export async function attempt<T>(work: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await work());
  } catch (error) {
    if (error instanceof FailureException) return err(error.failure);
    throw error;
  }
}
