import type {
  cancel,
  gateClosed,
  gateOpened,
  landChange,
  materialiseChange,
  remakeChange,
  PayloadOf,
  resultAccepted,
  resultRefused,
  stepChanged,
  task,
  withdrawLanding,
  workflowCanceled,
  workflowCompleted,
  workflowEscalated,
  workflowFailed,
  workflowStarted,
} from '@ymera/contracts';

import type { RejectionCause } from '../step/rejection-cause';

interface Payloads {
  readonly workflow_started: PayloadOf<typeof workflowStarted>;
  readonly workflow_completed: PayloadOf<typeof workflowCompleted>;
  readonly workflow_escalated: PayloadOf<typeof workflowEscalated>;
  readonly workflow_failed: PayloadOf<typeof workflowFailed>;
  readonly workflow_canceled: PayloadOf<typeof workflowCanceled>;
  readonly step_changed: PayloadOf<typeof stepChanged>;
  readonly gate_opened: PayloadOf<typeof gateOpened>;
  readonly gate_closed: PayloadOf<typeof gateClosed>;
}
export type FactName = keyof Payloads;

interface AgentPayloads {
  readonly task: PayloadOf<typeof task>;
  readonly cancel: PayloadOf<typeof cancel>;
  readonly result_accepted: PayloadOf<typeof resultAccepted>;
  readonly result_refused: PayloadOf<typeof resultRefused>;
}

/** An event of the workflow; `version` rises by one with each. */
export type Fact = {
  [Name in FactName]: {
    readonly kind: 'fact';
    readonly name: Name;
    readonly version: number;
    readonly payload: Payloads[Name];
  };
}[FactName];
export type FactPayload<Name extends FactName> = Payloads[Name];

/** A message to the principal that hosts the agent. */
export type ToAgent = {
  [Name in keyof AgentPayloads]: {
    readonly kind: 'to_agent';
    readonly name: Name;
    readonly principalId: string;
    readonly payload: AgentPayloads[Name];
  };
}[keyof AgentPayloads];

type Order =
  | { readonly kind: 'materialise'; readonly payload: PayloadOf<typeof materialiseChange> }
  | { readonly kind: 'remake'; readonly payload: PayloadOf<typeof remakeChange> }
  | { readonly kind: 'land'; readonly payload: PayloadOf<typeof landChange> }
  | { readonly kind: 'withdraw_landing'; readonly payload: PayloadOf<typeof withdrawLanding> };

/** Counted after the commit, not sent. */
interface StepRejection {
  readonly kind: 'step_rejection';
  readonly payload: { readonly cause: RejectionCause };
}

/** What must be published with the new state, in the same transaction. */
export type Effect = Fact | ToAgent | Order | StepRejection;
