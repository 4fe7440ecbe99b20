import { err, failure, ok, type Logger, type Result } from '@ymera/kernel';
import { isEnd, type TimelineEntry } from '../domain/timeline';
import type { TimelineStore } from './ports';
import { Watcher } from './watcher';

export interface FeedOptions {
  /** Interval at which the store is polled while there are watchers; entries of this process are delivered at once. */
  readonly pollMs: number;
  /** A watcher without entries gets a heartbeat after this time. */
  readonly heartbeatMs: number;
  /** Maximum entries read and held in memory for one watcher. */
  readonly pageSize: number;
  readonly maxWatchers: number;
  /** Grace period: a watch ends this long after its request did, for late events of other services. */
  readonly graceMs: number;
}

export type FeedItem =
  { readonly kind: 'entry'; readonly entry: TimelineEntry } | { readonly kind: 'heartbeat' };

/**
 * Live timelines. A watcher reads from the store at its own pace and is only notified of new entries, so a slow
 * watcher holds one page and loses nothing.
 */
export class TimelineFeed {
  readonly #watchers = new Map<string, Set<Watcher>>();
  #count = 0;
  #newest: Promise<number> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #isKicked = false;

  constructor(
    private readonly store: TimelineStore,
    private readonly options: FeedOptions,
    private readonly logger: Logger,
  ) {}

  get watchers(): number {
    return this.#count;
  }

  /**
   * Entries after a position, then new ones. Ends when `signal` is aborted, after the grace period, or by `close()`.
   * `endedMsAgo`: time since the request ended, if it has; the remaining entries are delivered even after the grace period.
   */
  open(
    requestId: string,
    after: number,
    signal: AbortSignal,
    endedMsAgo?: number,
  ): Result<AsyncGenerator<FeedItem>> {
    if (this.#count >= this.options.maxWatchers)
      return err(
        failure('unavailable', 'too_many_watchers', 'This instance has reached its maximum of watchers.', {
          details: { retry_after_s: 5 },
        }),
      );
    const watcher = new Watcher(requestId, signal);
    this.#add(watcher);
    // A generator that is never started never runs its `finally`.
    signal.addEventListener('abort', () => this.#remove(watcher), { once: true });
    const graceEndsAt =
      endedMsAgo === undefined ? undefined : performance.now() + this.options.graceMs - endedMsAgo;
    return ok(this.#follow(watcher, after, graceEndsAt));
  }

  /** This process has recorded an entry. */
  kick(): void {
    if (this.#count > 0) this.#poll();
  }

  /** Ends every watch; the clients reconnect elsewhere. */
  close(): void {
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.end();
  }

  async *#follow(
    watcher: Watcher,
    after: number,
    knownGraceEnd: number | undefined,
  ): AsyncGenerator<FeedItem> {
    const { pageSize, heartbeatMs, graceMs } = this.options;
    let position = after;
    let graceEndsAt = knownGraceEnd;
    try {
      await this.#newest;
      while (!watcher.isOver) {
        watcher.settle();
        const page = await this.store.read(watcher.requestId, position, pageSize);
        for (const entry of page) {
          yield { kind: 'entry', entry };
          position = entry.position;
          if (isEnd(entry)) graceEndsAt ??= performance.now() + graceMs;
        }
        if (page.length === pageSize) continue;
        // Reads once more after the wait, for entries that were recorded until the end of the grace period.
        const left = (graceEndsAt ?? Infinity) - performance.now();
        if (left <= 0) return;
        const woken = await watcher.wait(Math.min(left, heartbeatMs));
        if (!woken && left > heartbeatMs) yield { kind: 'heartbeat' };
      }
    } finally {
      this.#remove(watcher);
    }
  }

  #add(watcher: Watcher): void {
    const watchers = this.#watchers.get(watcher.requestId) ?? new Set();
    this.#watchers.set(watcher.requestId, watchers.add(watcher));
    this.#count += 1;
    if (this.#count > 1) return;
    // Watchers read past entries from the store themselves; they are notified only of later ones.
    this.#newest = this.store.newestPosition();
    this.#newest.catch(() => undefined);
    this.#schedule();
  }

  #remove(watcher: Watcher): void {
    const watchers = this.#watchers.get(watcher.requestId);
    watcher.end();
    if (!watchers?.delete(watcher)) return;
    if (watchers.size === 0) this.#watchers.delete(watcher.requestId);
    this.#count -= 1;
    if (this.#count === 0) clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), this.options.pollMs);
  }

  #poll(): void {
    this.#isKicked = true;
    this.#polling ??= this.#pollWhileKicked().finally(() => {
      this.#polling = undefined;
      if (this.#count > 0) this.#schedule();
    });
  }

  async #pollWhileKicked(): Promise<void> {
    while (this.#isKicked && this.#count > 0) {
      this.#isKicked = false;
      try {
        const changed = await this.store.changedSince((await this.#newest) ?? 0);
        this.#newest = Promise.resolve(changed.newest);
        for (const requestId of changed.requestIds)
          for (const watcher of this.#watchers.get(requestId) ?? []) watcher.wake();
      } catch (error) {
        this.logger.debug('timeline poll failed', { error });
        this.#newest = this.store.newestPosition();
        await this.#newest.catch(() => undefined);
        for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher.wake();
        return;
      }
    }
  }
}
