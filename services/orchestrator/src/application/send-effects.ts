import {
  cancel,
  gateClosed,
  gateOpened,
  landChange,
  materialiseChange,
  remakeChange,
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
import { assertNever } from '@ymera/kernel';
import type { Effect, Fact, ToAgent } from '../domain/workflow/effect';
import type { Transaction } from './ports';

/** Writes the effects of a reduction into the transaction. The workflow is the aggregate of all its events. */
export async function sendEffects(
  tx: Transaction,
  workflowId: string,
  effects: readonly Effect[],
): Promise<void> {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'fact':
        await sendFact(tx, workflowId, effect);
        break;
      case 'to_agent':
        await sendToAgent(tx, effect);
        break;
      case 'materialise':
        await tx.outbox.command(materialiseChange, effect.payload);
        break;
      case 'remake':
        await tx.outbox.command(remakeChange, effect.payload);
        break;
      case 'land':
        await tx.outbox.command(landChange, effect.payload);
        break;
      case 'withdraw_landing':
        await tx.outbox.command(withdrawLanding, effect.payload);
        break;
      case 'step_rejection':
        break;
      default:
        assertNever(effect);
    }
  }
}

async function sendFact(tx: Transaction, aggregateId: string, fact: Fact): Promise<void> {
  const about = { aggregateId, aggregateVersion: fact.version };
  switch (fact.name) {
    case 'workflow_started':
      return tx.outbox.event(workflowStarted, { ...about, payload: fact.payload });
    case 'workflow_completed':
      return tx.outbox.event(workflowCompleted, { ...about, payload: fact.payload });
    case 'workflow_escalated':
      return tx.outbox.event(workflowEscalated, { ...about, payload: fact.payload });
    case 'workflow_failed':
      return tx.outbox.event(workflowFailed, { ...about, payload: fact.payload });
    case 'workflow_canceled':
      return tx.outbox.event(workflowCanceled, { ...about, payload: fact.payload });
    case 'step_changed':
      return tx.outbox.event(stepChanged, { ...about, payload: fact.payload });
    case 'gate_opened':
      await tx.gates.opened(fact.payload);
      return tx.outbox.event(gateOpened, { ...about, payload: fact.payload });
    case 'gate_closed':
      await tx.gates.closed(fact.payload.gate_id, fact.payload.outcome);
      return tx.outbox.event(gateClosed, { ...about, payload: fact.payload });
    default:
      return assertNever(fact);
  }
}

async function sendToAgent(tx: Transaction, message: ToAgent): Promise<void> {
  switch (message.name) {
    case 'task':
      return tx.outbox.toAgent(task, message.principalId, message.payload);
    case 'cancel':
      return tx.outbox.toAgent(cancel, message.principalId, message.payload);
    case 'result_accepted':
      return tx.outbox.toAgent(resultAccepted, message.principalId, message.payload);
    case 'result_refused':
      return tx.outbox.toAgent(resultRefused, message.principalId, message.payload);
    default:
      return assertNever(message);
  }
}
