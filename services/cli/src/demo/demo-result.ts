import type {
  ApprovalResource,
  BeforeAfter,
  ErrorShape,
  EscalationOption,
  Finding,
  Waiver,
  ProjectCommands,
  WorkflowResource,
} from '@ymera/contracts';

export interface DemoApproval {
  readonly approval_id: string;
  readonly kind: ApprovalResource['kind'];
  readonly subject_digest: string;
  readonly decision: 'approved' | 'denied';
  /** At an escalation: the chosen option. */
  readonly option?: EscalationOption;
  readonly decided_by: string;
  /** Without a terminal no person was asked: the demo approves plans and landings, and abandons escalated work. */
  readonly by_policy: boolean;
}

export interface DemoStep {
  readonly name: string;
  readonly agent_type: string | null;
  readonly agent_id: string | null;
  readonly state: string;
  readonly attempts: number;
  /** From its first dispatch to its end. */
  readonly duration_ms: number | null;
  /** The part of it that the agent's tools took. */
  readonly tool_ms: number;
}

/** The last line of `npm run demo -- --json`. */
export interface DemoResult {
  readonly request_id: string;
  readonly intent: string | null;
  readonly workflow_id: string | null;
  readonly state: 'completed' | 'failed' | 'canceled' | 'input_required';
  /** How the project is tested and measured. */
  readonly commands: ProjectCommands;
  readonly steps: readonly DemoStep[];
  readonly change: { readonly change_id: string; readonly commit: string; readonly tree: string } | null;
  readonly verdict: {
    readonly approved: boolean;
    readonly tree: string;
    readonly agent_id: string;
    /** Findings that the approver of the landing has seen. */
    readonly findings: readonly Finding[];
    /** Accepted findings, with the person and the reason. */
    readonly waivers?: readonly Waiver[];
  } | null;
  /** All findings; of a review they are the result. */
  readonly findings: readonly Finding[];
  readonly tests: WorkflowResource['result']['tests'] | null;
  readonly commit: string | null;
  readonly tree: string | null;
  readonly branch: string | null;
  readonly repo: string | null;
  readonly landed_branch: string | null;
  readonly before_after: BeforeAfter | null;
  readonly approvals: readonly DemoApproval[];
  readonly dirty_files: readonly string[];
  readonly trace_id: string;
  readonly duration_ms: number;
  /** From request accepted to result, less the tasks’ tool time and less waiting for a person. */
  readonly overhead_ms: number;
  readonly question?: string;
  readonly error?: ErrorShape;
}

/** The platform’s own agent, which lands approved changes. */
const projectAgent = { agent_type: 'PROJECT', agent_id: 'integration' } as const;

/** Completed work and its agents. Gates are decisions, not work: they are in `approvals`. */
export const demoSteps = (workflow: WorkflowResource | undefined): DemoStep[] =>
  (workflow?.steps ?? []).flatMap((step) => {
    if (step.kind === 'gate') return [];
    const { name, agent_type, agent_id, state, attempts, started_at, ended_at, tool_ms } = step;
    const times = {
      duration_ms:
        started_at === null || ended_at === null ? null : Date.parse(ended_at) - Date.parse(started_at),
      tool_ms: Math.round(tool_ms),
    };
    return step.kind === 'integration'
      ? [{ name, ...projectAgent, state, attempts: landings(state), ...times }]
      : [{ name, agent_type, agent_id, state, attempts, ...times }];
  });

/** The platform lands once or not at all, without a lease, so its attempts are counted here only. */
const landings = (state: string): number => (state === 'completed' || state === 'failed' ? 1 : 0);
