import { err, KeyedMutex, withTimeout, type Clock, type Result } from '@ymera/kernel';
import { upstreamTookTooLong } from '../domain/upstream-failure';
import type { FollowedBranch, Upstreams } from './ports';

export interface UpstreamFetchTimes {
  /** Timeout of one caller, whatever runs before its own fetch. */
  readonly maxWaitMs: number;
  /** Backoff after a failed fetch, unless a person asks. */
  readonly retryFailedAfterMs: number;
}

interface Failed {
  readonly result: Result<void>;
  readonly at: number;
}

/**
 * Fetches of upstreams, one at a time for each project. A caller never gets the result of a fetch that started before its
 * call, so that it sees a commit made before a request; concurrent callers share one fetch.
 */
export class UpstreamFetches {
  private readonly projects = new KeyedMutex();
  /** The fetch of each project that has not begun; who asks meanwhile joins it. */
  private readonly waiting = new Map<string, Promise<Result<void>>>();
  private readonly failed = new Map<string, Failed>();

  constructor(
    private readonly upstreams: Pick<Upstreams, 'fetch'>,
    private readonly clock: Clock,
    private readonly times: UpstreamFetchTimes,
  ) {}

  async fetch(followed: FollowedBranch, { force = false } = {}): Promise<Result<void>> {
    const { maxWaitMs, retryFailedAfterMs } = this.times;
    const earlier = this.failed.get(followed.projectId);
    if (!force && earlier && this.clock.now().getTime() - earlier.at < retryFailedAfterMs)
      return earlier.result;
    return withTimeout(maxWaitMs, this.join(followed), () =>
      err(upstreamTookTooLong(followed.source, maxWaitMs / 1000)),
    );
  }

  private join(followed: FollowedBranch): Promise<Result<void>> {
    const { projectId } = followed;
    const waiting = this.waiting.get(projectId);
    if (waiting) return waiting;
    const fetched = this.projects.runExclusive(projectId, async () => {
      this.waiting.delete(projectId);
      const result = await this.upstreams.fetch(followed);
      if (result.ok) this.failed.delete(projectId);
      else this.failed.set(projectId, { result, at: this.clock.now().getTime() });
      return result;
    });
    this.waiting.set(projectId, fetched);
    return fetched;
  }
}

/** Undefined when the project follows no branch. */
export const followedBranch = (project: {
  readonly projectId: string;
  readonly source: string;
  readonly upstream: { readonly branch: string | undefined };
}): FollowedBranch | undefined => {
  const { projectId, source, upstream } = project;
  return upstream.branch === undefined ? undefined : { projectId, source, branch: upstream.branch };
};
