import type { Logger } from '@ymera/kernel';
import type { LandChange } from './land-change';

/**
 * Carries out the orders that waited for the end of a pause, oldest first, until none is left or landing is paused again. An
 * order that cannot be carried out now (git fails, the database is away) stays, and the next look tries it again; it does
 * not hold up the others.
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
      this.logger.warn('an order to land that waited could not be carried out; it is tried again', {
        order: tried,
        error,
      });
      failed.push(tried);
    }
  }
}
