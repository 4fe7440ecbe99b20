import { registerProjectRoute, type ProjectResource } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { z } from 'zod';
import { CliError } from '../cli-error';
import type { ApiClient } from './api-client';

export interface RegistrationTimes {
  /** How often `copying` is called. */
  readonly tellEveryMs: number;
  /** Longer than the longest configurable timeout of the integration service for a copy (an hour), so that its own error arrives. */
  readonly giveUpMs: number;
}

const defaultTimes: RegistrationTimes = { tellEveryMs: 5_000, giveUpMs: 3_660_000 };

/** The first call is still in progress: a repetition with the same idempotency key waits for it and starts nothing new. */
const stillUnderWay: ReadonlySet<string> = new Set([
  'gateway_timeout',
  'query_timeout',
  'request_in_flight',
  'answer_lost',
]);

/**
 * Registers a project. Copying its repository may take longer than the timeout of one call. `copying` is called with the
 * elapsed time.
 */
export async function registerProject(
  api: ApiClient,
  body: z.input<NonNullable<typeof registerProjectRoute.body>>,
  copying: (elapsedMs: number) => void,
  times: RegistrationTimes = defaultTimes,
): Promise<ProjectResource> {
  const idempotencyKey = uuidv7();
  const begunAt = performance.now();
  const elapsedMs = (): number => performance.now() - begunAt;
  const telling = setInterval(() => {
    copying(elapsedMs());
  }, times.tellEveryMs);
  try {
    for (;;)
      try {
        return await api.call(registerProjectRoute, { body, idempotencyKey });
      } catch (error) {
        const goesOn = error instanceof CliError && stillUnderWay.has(error.code);
        if (!goesOn || elapsedMs() >= times.giveUpMs) throw error;
      }
  } finally {
    clearInterval(telling);
  }
}
