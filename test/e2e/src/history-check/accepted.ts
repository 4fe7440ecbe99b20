/** A promise of the platform: HTTP 2xx, or the broker's confirm. Every promise must have taken effect once. */
export interface Accepted {
  readonly requests: readonly AcceptedRequest[];
  readonly decisions: readonly AcceptedDecision[];
  readonly cancels: readonly AcceptedCancel[];
  readonly issues: readonly ConfirmedIssue[];
  readonly results: readonly AcceptedResult[];
}

export interface AcceptedRequest {
  readonly requestId: string;
  /** Sent again with every repetition. */
  readonly idempotencyKey: string;
}

export interface AcceptedDecision {
  readonly approvalId: string;
  readonly decision: 'approved' | 'denied';
}

export interface AcceptedCancel {
  readonly requestId: string;
  /** No gate of it was ever passed, so only the cancel can end it. */
  readonly isOnlyEnd: boolean;
}

/** Published by an agent with a unique code, and confirmed by the broker. */
export interface ConfirmedIssue {
  readonly agentId: string;
  readonly code: string;
}

/** A confirmation to an agent that its result counts. */
export interface AcceptedResult {
  readonly agentId: string;
  readonly taskId: string;
  readonly attempt: number;
}

/** Collects promises during a load. A repetition that is answered again is the same promise. */
export class AcceptedRecord implements Accepted {
  private readonly byId = new Map<string, AcceptedRequest>();
  private readonly byApproval = new Map<string, AcceptedDecision>();
  private readonly byCanceled = new Map<string, AcceptedCancel>();
  private readonly byCode = new Map<string, ConfirmedIssue>();
  private readonly byAttempt = new Map<string, AcceptedResult>();

  get requests(): readonly AcceptedRequest[] {
    return [...this.byId.values()];
  }

  get decisions(): readonly AcceptedDecision[] {
    return [...this.byApproval.values()];
  }

  get cancels(): readonly AcceptedCancel[] {
    return [...this.byCanceled.values()];
  }

  get issues(): readonly ConfirmedIssue[] {
    return [...this.byCode.values()];
  }

  get results(): readonly AcceptedResult[] {
    return [...this.byAttempt.values()];
  }

  get count(): number {
    const all = [this.byId, this.byApproval, this.byCanceled, this.byCode, this.byAttempt];
    return all.reduce((sum, { size }) => sum + size, 0);
  }

  request(accepted: AcceptedRequest): void {
    this.byId.set(accepted.requestId, accepted);
  }

  decision(accepted: AcceptedDecision): void {
    this.byApproval.set(accepted.approvalId, accepted);
  }

  cancel(accepted: AcceptedCancel): void {
    this.byCanceled.set(accepted.requestId, accepted);
  }

  issue(confirmed: ConfirmedIssue): void {
    this.byCode.set(confirmed.code, confirmed);
  }

  result(accepted: AcceptedResult): void {
    this.byAttempt.set(`${accepted.taskId} ${accepted.attempt}`, accepted);
  }
}
