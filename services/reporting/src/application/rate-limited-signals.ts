import { issueReported, violationDetected, type PayloadOf } from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { uuidv7 } from '@ymera/kernel';
import { LRUCache } from 'lru-cache';
import type { ViolationCode } from '../domain/judge-report';
import { take, type BucketPolicy, type TokenBucket } from '../domain/token-bucket';
import type { ReportingMetrics } from './ports';

/** Issues of one agent. */
const issueBudget: BucketPolicy = { capacity: 20, refillPerMinute: 20 };
/** Violations of one principal, per kind: the first is published at once, a flood as one event a minute. */
const violationBudget: BucketPolicy = { capacity: 1, refillPerMinute: 1 };
/** Sources whose budgets are remembered; the least recently used ones start anew. */
const rememberedSources = 50_000;

export interface Violation {
  readonly principalId: string;
  readonly agentId: string;
  readonly code: ViolationCode;
}

export type Issue = Omit<PayloadOf<typeof issueReported>, 'received_at'>;

/** The signals that may be published now; nothing is spent until it is settled. */
export interface SignalPlan {
  readonly violations: readonly Violation[];
  readonly issues: readonly Issue[];
  readonly now: number;
  readonly isEmpty: boolean;
  readonly buckets: ReadonlyMap<string, TokenBucket>;
  readonly wanted: { readonly violations: readonly Violation[]; readonly issues: readonly Issue[] };
}

/**
 * Turns agents' issues and violations into events, within a rate limit for each source: agents decide how much arrives,
 * the platform how much of it is stored and sent. Signals above the limit are counted. A failed transaction spends
 * nothing: plan before it, raise inside of it, settle after its commit.
 */
export class RateLimitedSignals {
  private readonly spent = new LRUCache<string, TokenBucket>({ max: rememberedSources });

  constructor(private readonly metrics: ReportingMetrics) {}

  plan(violations: readonly Violation[], issues: readonly Issue[], now: number): SignalPlan {
    const buckets = new Map<string, TokenBucket>();
    const isGranted = (source: string, policy: BucketPolicy): boolean => {
      const { bucket, granted } = take(buckets.get(source) ?? this.spent.get(source), 1, now, policy);
      buckets.set(source, bucket);
      return granted === 1;
    };
    const raised = {
      violations: violations.filter(({ principalId, code }) =>
        isGranted(`violation ${code} ${principalId}`, violationBudget),
      ),
      issues: issues.filter(({ agent_id }) => isGranted(`issue ${agent_id}`, issueBudget)),
    };
    const isEmpty = raised.violations.length + raised.issues.length === 0;
    return { ...raised, now, isEmpty, buckets, wanted: { violations, issues } };
  }

  /** Each is an incident of its own: its first and only event. */
  async raise(outbox: Outbox, { violations, issues, now }: SignalPlan): Promise<void> {
    const at = new Date(now).toISOString();
    const incident = () => ({ aggregateId: uuidv7(now), aggregateVersion: 1 });
    for (const issue of issues)
      await outbox.event(issueReported, { ...incident(), payload: { ...issue, received_at: at } });
    for (const { principalId, agentId, code } of violations)
      await outbox.event(violationDetected, {
        ...incident(),
        payload: { principal_id: principalId, agent_id: agentId, code, detected_at: at },
      });
  }

  settle({ violations, issues, buckets, wanted }: SignalPlan): void {
    for (const [source, bucket] of buckets) this.spent.set(source, bucket);
    for (const { code } of wanted.violations) this.metrics.violation(code);
    this.metrics.suppressed('violation', wanted.violations.length - violations.length);
    this.metrics.suppressed('issue', wanted.issues.length - issues.length);
  }
}
