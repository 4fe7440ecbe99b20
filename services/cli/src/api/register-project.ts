import { registerProjectRoute, type ProjectResource } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { z } from 'zod';
import { CliError } from '../cli-error';
import type { ApiClient } from './api-client';

export interface RegistrationTimes {
  /** How often `copying` is told. */
  readonly tellEveryMs: number;
  /** Beyond what the integration service may be configured to take for a copy (an hour), so that its own word is heard. */
  readonly giveUpMs: number;
}

const defaultTimes: RegistrationTimes = { tellEveryMs: 5_000, giveUpMs: 3_660_000 };

/** The first question is still being answered: asked again under its key, it is joined and not begun anew. */
const stillUnderWay: ReadonlySet<string> = new Set([
  'gateway_timeout',
  'query_timeout',
  'request_in_flight',
  'answer_lost',
]);

/**
 * Registers a project, however long its repository takes to be copied: longer than any answer is waited for. `copying` is
 * told the time that has passed.
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
