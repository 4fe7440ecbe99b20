import type { Logger } from '@ymera/kernel';
import type { LandChange } from './land-change';

/**
 * Carries out the orders that waited for the end of a pause, oldest first, until none is left or landing is paused again. An
 * order that fails now (git fails, the database is unavailable) stays, and the next pass retries it; it does not block
 * the others.
 */
export class LandWaiting {
  constructor(
    private readonly landing: Pick<LandChange, 'executeWaiting'>,
    private readonly logger: Logger,
  ) {}

  async execute(): Promise<void> {
    const failed: string[] = [];
    for (;;) {
      const { tried, error } = await this.landing.executeWaiting(failed);
      if (tried === undefined) return;
      if (error === undefined) continue;
      this.logger.warn('waiting order to land failed, will be retried', {
        order: tried,
        error,
      });
      failed.push(tried);
    }
  }
}
