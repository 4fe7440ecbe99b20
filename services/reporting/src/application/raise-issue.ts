import type { issueRaised, PayloadOf } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import { judgeReport, type Judgement } from '../domain/judge-report';
import type { OwnedFleet } from './owned-fleet';
import { later, type Later } from './retry-later';
import type { ReportingReader, ReportingUnitOfWork } from './ports';
import type { Issue, RateLimitedSignals, Violation } from './rate-limited-signals';

export interface IncomingIssue {
  /** The user id that the broker validated. */
  readonly principalId: string | undefined;
  readonly issue: PayloadOf<typeof issueRaised>;
  readonly attempts: number;
}

export type IssueOutcome =
  { readonly kind: 'raised' | 'suppressed' | 'retired' | 'frozen' | 'violation' } | Later;

/** Publishes an issue that an agent sends between two reports. At least once: a redelivery is another event. */
export class RaiseIssue {
  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly reader: ReportingReader,
    private readonly owned: OwnedFleet,
    private readonly signals: RateLimitedSignals,
    private readonly clock: Clock,
  ) {}

  async execute(incoming: IncomingIssue): Promise<IssueOutcome> {
    const { agent_id, code, severity, message, suggestion } = incoming.issue;
    const issue = { agent_id, code, severity, message, ...(suggestion === undefined ? {} : { suggestion }) };
    const principalId = incoming.principalId ?? 'unknown';
    const judgement = await this.judge(incoming);
    switch (judgement.kind) {
      case 'retired':
      case 'frozen':
        return { kind: judgement.kind };
      case 'ahead': {
        const waiting = later(incoming.attempts, judgement.code);
        if (waiting) return waiting;
        return this.violation({ principalId, agentId: issue.agent_id, code: judgement.code });
      }
      case 'violation':
        // It has no sequence number: an issue that waited in our queue while its sender opened a newer session is only
        // late.
        return judgement.code === 'session_superseded'
          ? this.issue({ ...issue, principal_id: principalId })
          : this.violation({ principalId, agentId: issue.agent_id, code: judgement.code });
      case 'accepted':
      case 'duplicate':
        return this.issue({ ...issue, principal_id: principalId });
    }
  }

  private async issue(issue: Issue): Promise<IssueOutcome> {
    return { kind: (await this.raise([], [issue])) ? 'raised' : 'suppressed' };
  }

  private async violation(violation: Violation): Promise<IssueOutcome> {
    await this.raise([violation], []);
    return { kind: 'violation' };
  }

  private async raise(violations: readonly Violation[], issues: readonly Issue[]): Promise<boolean> {
    const plan = this.signals.plan(violations, issues, this.clock.now().getTime());
    if (!plan.isEmpty) await this.unitOfWork.run((tx) => this.signals.raise(tx.outbox, plan));
    this.signals.settle(plan);
    return !plan.isEmpty;
  }

  /** Judged like a report, except for the sequence number, which an issue does not have. Any instance may get it. */
  private async judge({ principalId, issue }: IncomingIssue): Promise<Judgement> {
    const { fleet } = this.owned;
    const evidence = { principalId, session: issue.session, seq: Number.MAX_SAFE_INTEGER };
    const remembered = judgeReport({
      ...evidence,
      agent: fleet.entry(issue.agent_id)?.state,
      isRetired: fleet.isRetired(issue.agent_id),
      issuedSession: principalId === undefined ? 0 : fleet.issuedSession(principalId),
    });
    if (remembered.kind !== 'ahead') return remembered;
    const [found] = await this.reader.find([issue.agent_id]);
    return judgeReport({
      ...evidence,
      agent: found?.state,
      isRetired: found?.isRetired ?? false,
      issuedSession: found?.session?.session ?? 0,
    });
  }
}
