import type {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  PayloadOf,
  resolveGate,
  resolveGateV1,
  result,
} from '@ymera/contracts';
import type { AttemptKey } from './workflow';

export interface AssignedAgent {
  readonly agentId: string;
  readonly principalId: string;
  readonly credentialEpoch: number;
}

/** An attempt as an agent names it, with the sender that the broker validated. */
export interface Claim extends AttemptKey {
  readonly agentId: string;
  readonly principalId: string;
  /** The agent's credential epoch now; undefined when the agent is no longer in the directory. */
  readonly credentialEpoch: number | undefined;
}

export type GateDecision = PayloadOf<typeof resolveGate> | PayloadOf<typeof resolveGateV1>;

/** Why a held attempt is taken away. */
export type LossCause = 'lease_expired' | 'offer_expired' | 'agent_retired' | 'agent_sanctioned';

/** Every event of a workflow. Each names exactly its subject, so that late and repeated ones are harmless. */
export type WorkflowEvent =
  | {
      readonly kind: 'agent_assigned';
      readonly stepId: string;
      readonly agent: AssignedAgent;
      readonly reason: string;
    }
  | { readonly kind: 'agent_missing'; readonly stepId: string; readonly reason: string }
  /** Every agent that could do the step has failed it. */
  | { readonly kind: 'agents_exhausted'; readonly stepId: string; readonly reason: string }
  | { readonly kind: 'task_accepted'; readonly claim: Claim }
  | { readonly kind: 'task_declined'; readonly claim: Claim; readonly code: string; readonly message: string }
  | { readonly kind: 'task_ended'; readonly claim: Claim; readonly result: PayloadOf<typeof result> }
  | {
      readonly kind: 'attempt_lost';
      readonly stepId: string;
      readonly key: AttemptKey;
      readonly cause: LossCause;
    }
  | { readonly kind: 'deadline_passed'; readonly stepId: string; readonly key: AttemptKey }
  | { readonly kind: 'queue_expired'; readonly stepId: string }
  | { readonly kind: 'backoff_over'; readonly stepId: string }
  | { readonly kind: 'gate_decided'; readonly decision: GateDecision }
  | { readonly kind: 'gate_expired'; readonly stepId: string; readonly gateId: string }
  | { readonly kind: 'change_materialised'; readonly change: PayloadOf<typeof changeMaterialised> }
  | { readonly kind: 'change_refused'; readonly refusal: PayloadOf<typeof changeRefused> }
  | { readonly kind: 'change_landed'; readonly landed: PayloadOf<typeof changeLanded> }
  | { readonly kind: 'landing_refused'; readonly refusal: PayloadOf<typeof landingRefused> }
  | { readonly kind: 'integration_overdue'; readonly stepId: string }
  | { readonly kind: 'budget_spent' }
  | { readonly kind: 'cancel_requested'; readonly by: string; readonly reason: string };

export type WorkflowEventKind = WorkflowEvent['kind'];
