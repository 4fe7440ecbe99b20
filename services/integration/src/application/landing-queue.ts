import { KeyedMutex, settlesWithin } from '@ymera/kernel';

/**
 * The landings that this process is carrying out, one at a time in each project.
 *
 * The project's lock in the database ends with its session, and git knows nothing of sessions: a branch may move after its
 * lock is gone. A turn ends with the work itself, so who has it, or has waited for it, finds in git what is going to stay
 * true. It holds in this process only, which is the only one that has the repositories.
 *
 * A turn is taken before a transaction is opened. Who waits for one holds neither a connection nor a lock, so that a turn
 * that waits for those never waits for itself.
 */
export class LandingQueue {
  private readonly projects = new KeyedMutex();
  private readonly begun = new Set<Promise<unknown>>();

  /** Begins when all who asked before, in this project, have ended; whether they failed is their own concern. */
  run<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    return this.projects.runExclusive(projectId, () => this.begin(work));
  }

  /** Whether all that have begun by now ended within this time. Those that begin later are not waited for. */
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
