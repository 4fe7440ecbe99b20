import { LRUCache } from 'lru-cache';
import type { AgentSnapshot } from './ports';

export interface CachedStatus {
  readonly snapshot: AgentSnapshot;
  readonly readAt: number;
}

interface Read {
  readonly status: Promise<CachedStatus | undefined>;
}

/** Writes of other instances are seen after at most this time; our own at once. */
const maxAgeMs = 1_000;
const maxEntries = 20_000;

/** Recently read states of agents, until they are written here. */
export class StatusCache {
  private readonly entries = new LRUCache<string, CachedStatus>({ max: maxEntries, ttl: maxAgeMs });
  /** Agents that are being read now; a concurrent write invalidates the result. */
  private readonly reads = new Map<string, Read>();

  get(agentId: string, read: () => Promise<AgentSnapshot | undefined>, readAt: number): Read['status'] {
    const cached = this.entries.get(agentId);
    if (cached) return Promise.resolve(cached);
    const current = this.reads.get(agentId) ?? this.begin(agentId, read, readAt);
    return current.status;
  }

  invalidate(agentId: string): void {
    this.entries.delete(agentId);
    this.reads.delete(agentId);
  }

  private begin(agentId: string, read: () => Promise<AgentSnapshot | undefined>, readAt: number): Read {
    const end = (): boolean => this.reads.get(agentId) === current && this.reads.delete(agentId);
    const status = read().then(
      (snapshot) => {
        const answer = snapshot && { snapshot, readAt };
        if (end() && answer) this.entries.set(agentId, answer);
        return answer;
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
    const current: Read = { status };
    this.reads.set(agentId, current);
    return current;
  }
}
