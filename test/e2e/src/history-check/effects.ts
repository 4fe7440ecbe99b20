/** The effects, read from the databases, the repositories and the broker's dead-letter queues. Rows as they are stored. */
export interface Effects {
  readonly requests: readonly RequestRow[];
  readonly approvals: readonly ApprovalRow[];
  readonly gateDecisions: readonly GateDecisionRow[];
  readonly workflows: readonly WorkflowRow[];
  readonly attempts: readonly AttemptRow[];
  readonly changes: readonly ChangeRow[];
  readonly audit: readonly AuditRow[];
  readonly branches: readonly Branch[];
  /** Messages that were committed and not published. */
  readonly outbox: readonly Waiting[];
  readonly deadLetters: readonly Waiting[];
}

export interface RequestRow {
  readonly request_id: string;
  readonly state: string;
  readonly workflow_id: string | null;
}

interface ApprovalRow {
  readonly approval_id: string;
  readonly gate_id: string;
  readonly state: string;
}

interface GateDecisionRow {
  readonly gate_id: string;
  readonly approval_id: string;
  readonly decision: string;
}

export interface WorkflowRow {
  readonly workflow_id: string;
  readonly request_id: string;
  readonly project_id: string;
  readonly state: string;
}

export interface AttemptRow {
  readonly task_id: string;
  readonly attempt: number;
  readonly workflow_id: string;
  readonly step_id: string;
  readonly fencing_token: number;
  readonly state: string;
}

interface ChangeRow {
  readonly change_id: string;
  readonly project_id: string;
  readonly workflow_id: string;
  readonly commit: string;
  readonly state: string;
}

export interface AuditRow {
  readonly event_id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly aggregate_version: number;
  /** Of what was said. */
  readonly data_digest: string;
  readonly request_id: string | null;
  /** Of an agent's issue. */
  readonly code: string | null;
}

/** The default branch of a project's bare repository, newest first, down to the commit that it was registered with. */
export interface Branch {
  readonly projectId: string;
  readonly commits: readonly Commit[];
}

export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  /** From the commit's trailer; null for a commit from before the registration. */
  readonly requestId: string | null;
}

export interface Waiting {
  readonly place: string;
  readonly messages: number;
  /** Types and reasons of the first ones. */
  readonly types: readonly string[];
}
