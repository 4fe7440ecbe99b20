import { KeyedMutex, settlesWithin } from '@ymera/kernel';

/**
 * A mutex per project for the landings of this process.
 *
 * The project's lock in the database ends with its session, and git knows nothing of sessions: a branch may move after the
 * lock is released. A turn ends with the work itself, so its holder, or a caller that has waited for it, reads a stable state
 * from git. It holds in this process only, which is the only one with access to the repositories.
 *
 * Take a turn before opening a transaction: a caller that waits for one then holds neither a connection nor a lock, so a turn
 * that waits for those never waits for itself.
 */
export class LandingQueue {
  private readonly projects = new KeyedMutex();
  private readonly begun = new Set<Promise<unknown>>();

  /** Starts after all earlier turns of this project have ended, failed or not. */
  run<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    return this.projects.runExclusive(projectId, () => this.begin(work));
  }

  /** Whether all landings that have started by now ended within this time. Later ones are not waited for. */
  waitUntilIdle(milliseconds: number): Promise<boolean> {
    return settlesWithin(milliseconds, Promise.all(this.begun));
  }

  private async begin<T>(work: () => Promise<T>): Promise<T> {
    const result = work();
    const forget = (): boolean => this.begun.delete(end);
    const end = result.then(forget, forget);
    this.begun.add(end);
    return result;
  }
}
