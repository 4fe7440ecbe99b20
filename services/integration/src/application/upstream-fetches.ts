import { err, withTimeout, type Clock, type Result } from '@ymera/kernel';
import { upstreamTookTooLong } from '../domain/upstream-failure';
import type { FollowedBranch, Upstreams } from './ports';

export interface UpstreamFetchTimes {
  /** How long one caller waits, whatever runs before its own fetch. */
  readonly maxWaitMs: number;
  /** A fetch that failed is not tried again for so long, unless a person asks. */
  readonly retryFailedAfterMs: number;
}

interface Queue {
  current: Promise<Result<void>>;
  /** Begins when the current one has ended; everybody who asks meanwhile joins it. */
  next: Promise<Result<void>> | undefined;
}

interface Failed {
  readonly result: Result<void>;
  readonly at: number;
}

/**
 * Fetches of upstreams, one at a time for each project. A caller never gets an answer that began before it asked, so that a
 * commit made before a request is seen by it; callers that wait at the same time share one fetch.
 */
export class UpstreamFetches {
  private readonly queues = new Map<string, Queue>();
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
    const queue = this.queues.get(followed.projectId);
    if (!queue) return this.begin(followed).current;
    const after = (): Promise<Result<void>> => this.begin(followed).current;
    queue.next ??= queue.current.then(after, after);
    return queue.next;
  }

  private begin(followed: FollowedBranch): Queue {
    const { projectId } = followed;
    const current = this.upstreams.fetch(followed).then((result) => {
      if (result.ok) this.failed.delete(projectId);
      else this.failed.set(projectId, { result, at: this.clock.now().getTime() });
      return result;
    });
    const queue: Queue = { current, next: undefined };
    this.queues.set(projectId, queue);
    const end = (): void => {
      if (this.queues.get(projectId) === queue && queue.next === undefined) this.queues.delete(projectId);
    };
    void current.then(end, end);
    return queue;
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
